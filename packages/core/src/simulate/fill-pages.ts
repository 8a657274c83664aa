/** Operators that hold memory in pages, filled over a task's time. */
import { assert, SparkFailure } from "../assert.ts";
import type { SpillLedger } from "../consumers/spill-ledger.ts";
import { UnsafeExternalSorter } from "../consumers/unsafe-external-sorter.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import type { TaskMemoryManager } from "../tasks/task-memory-manager.ts";
import type { ConsumerDemand, SpillableDemand } from "./demand.ts";
import { drawn } from "./drawn.ts";
import type { TaskSurroundings } from "./task-surroundings.ts";

export interface PageFilling {
  readonly id: number;
  readonly memory: TaskMemoryManager;
  readonly ledger: SpillLedger;
  readonly around: TaskSurroundings;
  readonly millis: number;
}

type Filling = Generator<number | ExecutionRequest, void, number>;

export function* fillPages(
  demand: Exclude<ConsumerDemand, SpillableDemand>,
  filling: PageFilling,
): Filling {
  const { around, memory, ledger, id, millis } = filling;
  const { capacity } = around.configuration;
  const pageBytes = capacity.pageSizeBytes ?? 1_048_576;
  if (demand.kind !== "pages") throw new SparkFailure("not yet", demand.kind);
  const bytes = drawn(
    demand.bytes,
    around.draws,
    "demand",
    around.stage.stageId,
    around.task.partition,
  );
  const recordBytes = 128;
  const sorter = new UnsafeExternalSorter({
    id,
    mode: capacity.tungstenMode,
    memory,
    ledger,
    shape: { initialRecords: 4096, radix: true, pageBytes },
    diskRatio: drawn(demand.diskRatio, around.draws, "spill_ratio", around.stage.stageId, 0),
  });
  const rows = Math.floor(bytes / (recordBytes + 24));
  assert(rows >= 0, () => `${rows} rows`);
  yield* sorter.start();
  let left = rows;
  while (left > 0) {
    const some = Math.min(left, sorter.recordsWithoutAsking(recordBytes));
    if (some > 0) {
      sorter.insertWithoutAsking(some, recordBytes);
      left -= some;
      yield (some / rows) * millis;
      continue;
    }
    yield* sorter.insert(recordBytes);
    left--;
  }
  sorter.startReading();
}
