/** Amounts on a terminal: what is unknown is a dash, never a zero. Results for machines never pass here. */
import { bytesInWords, shareInWords } from "@respark/core";

const UNKNOWN = "–";

/** `412.5 MiB`, `–`. */
export function bytesOrDash(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : bytesInWords(bytes);
}

/** `99.9 %`; a share of nothing is a dash. */
export function shareOrDash(part: number, whole: number): string {
  return whole === 0 ? UNKNOWN : shareInWords(part / whole);
}
