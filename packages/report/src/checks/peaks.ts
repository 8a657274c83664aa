/** How full memory got. Of each run the fullest executor counts, never a sum. */
import type { Metric } from "./check.ts";
import { EVIDENCE, THIS_APP } from "./this-application.ts";

const MIB = 1024 * 1024;

function poolPeak(column: "storage_used_bytes" | "execution_used_bytes", mode: string): string {
  return `with ${EVIDENCE}
      select null as subject, executor_id, max(${column}) as value, max(${column}_min) as value_min,
        max(${column}_max) as value_max, 'replay' as "by"
      from memory_timeline where ${THIS_APP} and mode = '${mode}' and max_memory_bytes > 0
        and executor_id in (select executor_id from looked_at) group by executor_id`;
}

/** What simulations call them; off-heap execution is foretold by none. */
const FORETOLD: Readonly<Record<string, string>> = {
  storage_peak_bytes: "peak_storage_bytes",
  execution_peak_bytes: "peak_execution_bytes",
  off_heap_storage_peak_bytes: "peak_off_heap_storage_bytes",
};

function peak(
  id: string,
  title: string,
  column: "storage_used_bytes" | "execution_used_bytes",
  mode: "on_heap" | "off_heap",
): Metric {
  return {
    id,
    title,
    unit: "bytes",
    better: "lower",
    scope: "executor",
    level: "fail",
    allowance: { relative: 0.5, absolute: 32 * MIB },
    extensive: false,
    // More memory is filled further, and nothing is wrong with that.
    withinMemory: true,
    needsWholeLogs: true,
    within: mode === "on_heap" ? "executor max_memory_bytes" : "executor off_heap_bytes",
    sql: poolPeak(column, mode),
    lookFurther: "from high_water_marks",
    ...(FORETOLD[id] === undefined ? {} : { foretoldAs: FORETOLD[id] }),
  };
}

export const peaks: readonly Metric[] = [
  peak("storage_peak_bytes", "storage memory at its peak", "storage_used_bytes", "on_heap"),
  peak("execution_peak_bytes", "execution memory at its peak", "execution_used_bytes", "on_heap"),
  peak(
    "off_heap_storage_peak_bytes",
    "off-heap storage memory at its peak",
    "storage_used_bytes",
    "off_heap",
  ),
  peak(
    "off_heap_execution_peak_bytes",
    "off-heap execution memory at its peak",
    "execution_used_bytes",
    "off_heap",
  ),
  {
    id: "headroom_share",
    title: "share of memory that stayed free",
    unit: "share",
    better: "higher",
    scope: "executor",
    level: "warn",
    allowance: { relative: 0.5, absolute: 0.2 },
    extensive: false,
    sql: `with ${EVIDENCE}
      select null as subject, executor_id, min(free_bytes) / max(max_memory_bytes) as value,
        min(free_bytes_min) / max(max_memory_bytes) as value_min,
          min(free_bytes_max) / max(max_memory_bytes) as value_max,
        'replay' as "by"
      from memory_timeline where ${THIS_APP} and mode = 'on_heap' and max_memory_bytes > 0
        and executor_id in (select executor_id from looked_at) group by executor_id`,
    lookFurther: "from headroom",
  },
  {
    id: "jvm_heap_peak_bytes",
    title: "JVM heap at its peak, as logged",
    unit: "bytes",
    better: "lower",
    scope: "executor",
    // The collector decides when garbage goes, so a peak says little by itself.
    level: "warn",
    allowance: { relative: 0.5, absolute: 256 * MIB },
    extensive: false,
    withinMemory: true,
    within: "spark.executor.memory",
    sql: `with ${EVIDENCE}
      select null as subject, executor_id, max(value) as value, max(value) as value_min,
        max(value) as value_max,
        'executor metrics of the event log' as "by"
      from executor_metrics where ${THIS_APP} and name = 'JVMHeapMemory'
        and executor_id in (select executor_id from looked_at) group by executor_id`,
    lookFurther: "from memory_outside_pools",
  },
];
