/**
 * Why the machine refused something (rights, room, memory, a file where a folder is due), in words.
 */

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the disk is read-only",
  ENOSPC: "no room left on the disk",
  EDQUOT: "no room left in the quota",
  EFBIG: "the file would be too large",
  ENOENT: "no such file or folder",
  ENOTDIR: "a file stands where a folder is due",
  EISDIR: "it is a directory, and a file is due",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open (ulimit -n)",
  ENFILE: "too many files are open on this machine",
  ENOMEM: "not enough memory",
  EIO: "the disk failed",
  ESTALE: "the network disk lost the file",
  ENXIO: "the device is gone",
};

/** The system's words as DuckDB, which gives no code, hands them on; the first that fits. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, "ENOSPC"],
  [/disk quota exceeded/i, "EDQUOT"],
  [/file too large/i, "EFBIG"],
  [/too many open files/i, "EMFILE"],
  [/read-only file system/i, "EROFS"],
  [/permission denied/i, "EACCES"],
  [/input\/output error/i, "EIO"],
  [
    /^(?:out of memory error|.{0,80}(?:failed to allocate|could not allocate|allocation failed))/i,
    "ENOMEM",
  ],
];

/** undefined: no refusal of the machine, or one that has no words here. */
export function machineWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return WORDS[error.code];
  // DuckDB's own sentences, and V8's for buffers; an assertion of ours is neither.
  const isForeign = /^(?:\w+ )*Error: |^Array buffer allocation failed/.test(error.message);
  const code = isForeign ? SAID.find(([said]) => said.test(error.message))?.[1] : undefined;
  return code === undefined ? undefined : WORDS[code];
}
