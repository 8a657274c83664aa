/** What the file system refused, in words. */

export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "not permitted"],
  ["ENOENT", "it is gone"],
  ["ELOOP", "its links lead in a circle"],
  ["ENAMETOOLONG", "the name is too long"],
  ["EMFILE", "too many files are open"],
  ["ENOSPC", "no room left on the disk"],
  ["EDQUOT", "no room left in the quota"],
  ["EIO", "the disk failed"],
  ["EISDIR", "it became a directory"],
]);

/** `permission denied`; of what we have no words for the system's code. */
export function refusal({ code }: { readonly code: string }): string {
  return WORDS.get(code) ?? code;
}
