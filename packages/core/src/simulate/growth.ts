/** The sizes at which an unroll of a block looks up and asks for more, as far as its number of elements tells. */
import { confDouble, confLong } from "../spark-conf.ts";
import type { UnrollDemand } from "../storage/unroll.ts";
import type { SimulatedConfiguration } from "./executor.ts";

/** Elements of a block of which no read told how many: many. */
const UNKNOWN_ELEMENTS = 10_000;

export function growthOf(
  bytes: number,
  elements: number | undefined,
  { behaviour, conf }: SimulatedConfiguration,
): UnrollDemand {
  const count = Math.max(1, elements ?? UNKNOWN_ELEMENTS);
  const period = behaviour.checkPeriodConfigurable
    ? confLong(conf, "spark.storage.unrollMemoryCheckPeriod", behaviour)
    : 16;
  const factor = behaviour.checkPeriodConfigurable
    ? confDouble(conf, "spark.storage.unrollMemoryGrowthFactor", behaviour)
    : 1.5;
  const each = bytes / count;
  const checkedBytes: number[] = [];
  let threshold = confLong(conf, "spark.storage.unrollMemoryThreshold", behaviour);
  for (;;) {
    const looks = Math.max(0, Math.ceil((threshold / each - 1) / period));
    const seen = 1 + looks * period;
    if (seen > count) break;
    const size = Math.floor(each * seen);
    checkedBytes.push(size);
    const grown = Math.trunc(size * factor);
    if (grown <= threshold) break;
    threshold = grown;
  }
  return { checkedBytes, finalBytes: bytes };
}
