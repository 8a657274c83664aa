/**
 * Tungsten's page size, from the execution pool at construction, the cores and the collector.
 * Follows MemoryManager.pageSizeBytes, Spark 1.5–4.2.
 */
import type { GarbageCollector, SparkBehaviour } from "../spark-behaviour.ts";
import type { MemoryMode } from "./memory-mode.ts";

const MIN_PAGE_BYTES = 1_048_576;
const MAX_PAGE_BYTES = 67_108_864;
const SAFETY_FACTOR = 16;
/** Header of a long array with compressed class pointers (Platform.LONG_ARRAY_OFFSET). */
const LONG_ARRAY_OFFSET_BYTES = 16;
const FIXED_PAGE_BYTES = 134_217_728;

/** The default page size in bytes; `undefined` where the line has no Tungsten. */
export function defaultPageSizeBytes(given: {
  readonly behaviour: SparkBehaviour;
  readonly executionPoolBytes: number;
  readonly cores: number;
  readonly tungstenMode: MemoryMode;
  readonly collector: GarbageCollector | undefined;
}): number | undefined {
  const { behaviour, executionPoolBytes, cores, tungstenMode, collector } = given;
  if (behaviour.pageSize === "none") return undefined;
  if (behaviour.pageSize === "fixed") return FIXED_PAGE_BYTES;
  const share = Math.floor(Math.floor(executionPoolBytes / cores) / SAFETY_FACTOR);
  const page = Math.min(MAX_PAGE_BYTES, Math.max(MIN_PAGE_BYTES, nextPowerOf2(share)));
  const leavesHeaderRoom =
    tungstenMode === "on_heap" &&
    collector !== undefined &&
    behaviour.pageOffsetCollectors.has(collector);
  return leavesHeaderRoom ? page - LONG_ARRAY_OFFSET_BYTES : page;
}

/** ByteArrayMethods.nextPowerOf2. */
function nextPowerOf2(value: number): number {
  if (value === 0) return 0;
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
