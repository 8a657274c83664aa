/** Why the machine refused something (rights, room, a file where a folder is due), in words. */

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
  EMFILE: "too many files are open",
  EIO: "the disk failed",
};

/** undefined: no refusal of the machine, or one that has no words here. */
export function machineWords(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? WORDS[error.code] : undefined;
}
