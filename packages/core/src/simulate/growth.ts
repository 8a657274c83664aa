/**
 * The sizes at which an unroll of a block looks up and asks for more, as far as its number of
 * elements tells.
 */
import type { UnrollDemand, UnrollSettings } from "../storage/unroll.ts";

/** Elements of a block whose number no read shows: assumed many. */
const UNKNOWN_ELEMENTS = 10_000;
/**
 * SizeEstimator.visitArray, Spark 1.6–4.2: of an array of more than 400 elements it measures 100
 * and multiplies by how many whole hundreds there are. A stored block of 480 elements has the size
 * of 400, while its unroll, which looks at fewer, goes on to that of 480.
 */
const SAMPLED_FROM = 400;
const SAMPLE = 100;

export function growthOf(
  bytes: number,
  elements: number | undefined,
  { checkPeriod, growthFactor, thresholdBytes }: UnrollSettings,
  /** Serialized blocks are measured whole. */
  deserialized: boolean,
): UnrollDemand {
  const count = Math.max(1, elements ?? UNKNOWN_ELEMENTS);
  const sampled = deserialized && count > SAMPLED_FROM;
  const counted = sampled ? SAMPLE * Math.floor(count / SAMPLE) : count;
  const each = bytes / counted;
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
