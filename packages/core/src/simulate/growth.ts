/**
 * The sizes at which an unroll of a block looks up and asks for more, as far as its number of
 * elements tells.
 */
import type { UnrollDemand, UnrollSettings } from "../storage/unroll.ts";

/** Elements of a block whose number no read shows: assumed many. */
const UNKNOWN_ELEMENTS = 10_000;

export function growthOf(
  bytes: number,
  elements: number | undefined,
  { checkPeriod, growthFactor, thresholdBytes }: UnrollSettings,
): UnrollDemand {
  const count = Math.max(1, elements ?? UNKNOWN_ELEMENTS);
  const each = bytes / count;
  const checkedBytes: number[] = [];
  let threshold = thresholdBytes;
  for (;;) {
    const looks = Math.max(0, Math.ceil((threshold / each - 1) / checkPeriod));
    const seen = 1 + looks * checkPeriod;
    if (seen > count) break;
    const size = Math.floor(each * seen);
    checkedBytes.push(size);
    const grown = Math.trunc(size * growthFactor);
    if (grown <= threshold) break;
    threshold = grown;
  }
  return { checkedBytes, finalBytes: bytes };
}
