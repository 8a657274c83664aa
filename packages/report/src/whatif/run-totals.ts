/** Of a run as a whole: its settings, who spilled, waited and died, and its highest heap. */
import type { Ask } from "../sql/row.ts";
import { answerOf, firstOf, rowsFrom } from "../sql/typed-rows.ts";

/** Settings that were set, in the order of their keys. */
export async function settingsOf(ask: Ask, here: string): Promise<Map<string, string>> {
  const conf = await rowsFrom(
    ask,
    "spark_conf",
    ["key", "value"],
    `where ${here} and not is_default order by key`,
  );
  return new Map(conf.map(({ key, value }) => [key, value]));
}

/** By task, the class that spilled in it. */
export async function spillersOf(ask: Ask, here: string): Promise<Map<number, string>> {
  const rows = await answerOf(
    ask,
    { task_id: "number", consumer: "key" },
    `select task_id, any_value(consumer) as consumer from spills
     where ${here} and task_id is not null and consumer is not null
     group by task_id order by task_id`,
  );
  return new Map(rows.map(({ task_id, consumer }) => [task_id ?? -1, consumer]));
}

/** Tasks that waited for 1/2N of the execution pool; count. */
export async function waitingTasksOf(ask: Ask, here: string): Promise<number> {
  const waits = await firstOf(
    ask,
    { tasks: "number" },
    `select count(distinct task_id) as tasks from memory_waits
     where ${here} and executor_id <> 'driver'`,
  );
  return waits?.tasks ?? 0;
}

/** The largest `JVMHeapMemory` of an executor; bytes; undefined: none was polled. */
export async function highestHeapOf(ask: Ask, here: string): Promise<number | undefined> {
  const heap = await firstOf(
    ask,
    { bytes: "number" },
    `select max(value) as bytes from executor_metrics
     where ${here} and name = 'JVMHeapMemory' and executor_id <> 'driver' and value > 0`,
  );
  return heap?.bytes;
}

/** By task that died of task memory, the bytes that it had asked for, where printed. */
export async function taskMemoryDeathsOf(
  ask: Ask,
  here: string,
): Promise<Map<number, number | undefined>> {
  const rows = await answerOf(
    ask,
    { task_id: "number", requested: "number" },
    `select task_id, max(requested_bytes) as requested from oom_events
     where ${here} and class = 'task_memory' and task_id is not null
     group by task_id order by task_id`,
  );
  return new Map(rows.map(({ task_id, requested }) => [task_id ?? -1, requested]));
}
