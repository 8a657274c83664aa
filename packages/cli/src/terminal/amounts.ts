/**
 * Amounts on a terminal: what is unknown is a dash, never a zero. Results for machines never pass
 * here.
 */
import { bytesInWords, countInWords, shareInWords } from "@respark/core";

const UNKNOWN = "–";

/** `412.5 MiB`, `–`. */
export function bytesOrDash(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : bytesInWords(bytes);
}

/** `4,812`, `–`. */
export function countOrDash(count: number | undefined): string {
  return count === undefined ? UNKNOWN : countInWords(count);
}

/** Epoch microseconds as `2026-11-21 02:37:07 UTC`. */
export function instantInWords(micros: number): string {
  return `${new Date(micros / 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `99.9 %`; a share of nothing is a dash. */
export function shareOrDash(part: number, whole: number): string {
  return whole === 0 ? UNKNOWN : shareInWords(part / whole);
}
