/** Operators that hold memory in pages, filled over a task's time. */
import { SparkFailure } from "../assert.ts";
import { BytesToBytesMap } from "../consumers/bytes-to-bytes-map.ts";
import { LongHashedRelation } from "../consumers/long-hashed-relation.ts";
import { UnsafeExternalSorter } from "../consumers/unsafe-external-sorter.ts";
import type { MemoryPage } from "../tasks/task-memory-manager.ts";
import type {
  MapDemand,
  PagedDemand,
  PagesDemand,
  RelationDemand,
  SorterDemand,
  Wanted,
} from "./demand.ts";
import { drawn } from "./drawn.ts";
import { PURPOSE } from "./draws.ts";
import type { Filling } from "./fill-spillable.ts";
import type { TaskCourse } from "./task-course.ts";

/** Gives back what an operator still holds: its reader is through. */
export type Close = () => void;
type Steps<Result = Close> = TaskCourse<Result>;

const FIRST_SORTER_RECORDS = 4096;
const AGGREGATION_SLOTS = 16_384;
/** Rows of the generated code's own map, at most (RowBasedKeyValueBatch). */
const FAST_MAP_ROWS = 65_536;
/** A page of an operator of which nothing more is known holds records of about this size. */
const UNKNOWN_RECORD_BYTES = 128;

export function* fillPages(demand: PagedDemand, filling: Filling): Steps {
  switch (demand.kind) {
    case "sorter":
    case "shuffle_sorter":
      return yield* fillSorter(demand, filling);
    case "map":
      return yield* fillMap(demand, filling);
    case "relation":
      return yield* fillRelation(demand, filling);
    case "pages":
      return yield* fillUnknown(demand, filling);
  }
}

function amountOf(wanted: Wanted, { around, task, id }: Filling): number {
  const { draws, stage } = around;
  const key = task.partition + id * 1_000_003;
  return Math.round(drawn(wanted, draws, PURPOSE.demand, stage.stageId, key));
}

function ratioOf(wanted: Wanted, { around }: Filling): number {
  return drawn(wanted, around.draws, PURPOSE.spillRatio, around.stage.stageId, 0);
}

function* fillSorter(
  demand: Omit<SorterDemand, "kind"> & { readonly kind: "sorter" | "shuffle_sorter" },
  filling: Filling,
): Steps {
  const { memory, ledger, id, millis, clock, around } = filling;
  const serialized = demand.kind === "shuffle_sorter";
  const sorter = new UnsafeExternalSorter({
    id,
    mode: around.configuration.capacity.tungstenMode,
    memory,
    ledger,
    shape: {
      longsPerRecord: serialized ? 1 : 2,
      initialRecords: FIRST_SORTER_RECORDS,
      radix: demand.radix,
      pageBytes: around.settings.pageBytes,
      spillsArray:
        serialized && around.configuration.behaviour.shuffleSorterSpills === "pages_and_array",
    },
    diskRatio: ratioOf(demand.diskRatio, filling),
  });
  const { rowBytes } = demand;
  const rows = amountOf(demand.rows, filling);
  yield clock.due();
  yield* sorter.start();
  let left = rows;
  while (left > 0) {
    const some = Math.min(left, sorter.recordsWithoutAsking(rowBytes));
    if (some > 0) {
      sorter.insertWithoutAsking(some, rowBytes);
      left -= some;
      clock.spend((some / rows) * millis);
      continue;
    }
    yield clock.due();
    yield* sorter.insert(rowBytes);
    left--;
  }
  if (serialized) {
    yield clock.due();
    sorter.close();
  } else sorter.startReading();
  return () => sorter.close();
}

function* fillMap(demand: MapDemand, filling: Filling): Steps {
  const { memory, ledger, id, millis, clock, around } = filling;
  const mode = around.configuration.capacity.tungstenMode;
  const pageBytes = around.settings.pageBytes;
  const map = new BytesToBytesMap({
    id,
    mode,
    memory,
    initialSlots: AGGREGATION_SLOTS,
    pageBytes,
  });
  const { rowBytes } = demand;
  const rows = amountOf(demand.rows, filling);
  const diskRatio = ratioOf(demand.diskRatio, filling);
  const spillMap = (): void => {
    ledger.spilled(map.totalBytes, Math.floor(map.totalBytes * diskRatio));
    map.clear();
  };
  yield clock.due();
  const fast = demand.fastPage ? yield* fastPage(filling, pageBytes) : undefined;
  yield* map.start();
  const inFast = Math.min(rows, FAST_MAP_ROWS, Math.floor((fast?.bytes ?? 0) / rowBytes));
  let left = rows - inFast;
  let fellBack = false;
  while (left > 0) {
    const some = Math.min(left, map.keysWithoutAsking(rowBytes));
    if (some > 0) {
      map.insertWithoutAsking(some, rowBytes);
      left -= some;
      clock.spend((some / rows) * millis);
      continue;
    }
    yield clock.due();
    if (yield* map.insert(rowBytes)) {
      left--;
      continue;
    }
    if (map.keys === 0)
      throw new SparkFailure(
        around.configuration.behaviour.taskOutOfMemoryClass,
        `No enough memory for aggregation`,
      );
    // The operator writes the map as a sorted run and goes on with an empty one.
    fellBack = true;
    spillMap();
    yield* map.start();
  }
  if (fellBack) {
    yield clock.due();
    spillMap();
  }
  return () => {
    map.clear();
    if (fast !== undefined) memory.freePage(fast, mode);
  };
}

/**
 * RowBasedKeyValueBatch takes a page before the map is filled, and keeps it; without one the
 * generated map is not used.
 */
function* fastPage(
  { memory, around, id }: Filling,
  pageBytes: number,
): Steps<MemoryPage | undefined> {
  const consumer = {
    id: id + 500_000,
    name: "RowBasedKeyValueBatch",
    mode: around.configuration.capacity.tungstenMode,
    usedBytes: 0,
    spill: () => 0,
  };
  return yield* memory.allocatePage(pageBytes, consumer);
}

function* fillRelation(demand: RelationDemand, filling: Filling): Steps {
  const { memory, id, millis, clock, around } = filling;
  const rows = amountOf(demand.rows, filling);
  if (demand.keyedByLong) {
    const relation = new LongHashedRelation({ id, memory });
    yield clock.due();
    yield* relation.start();
    const batches = 8;
    for (let batch = 0; batch < batches; batch++) {
      const some =
        Math.floor(((batch + 1) * rows) / batches) - Math.floor((batch * rows) / batches);
      yield clock.due();
      yield* relation.insert(some, demand.rowBytes);
      clock.spend(millis / batches);
    }
    return () => {};
  }
  const map = new BytesToBytesMap({
    id,
    mode: around.configuration.capacity.tungstenMode,
    memory,
    initialSlots: 128,
    pageBytes: around.settings.pageBytes,
  });
  yield clock.due();
  yield* map.start();
  let left = rows;
  while (left > 0) {
    const some = Math.min(left, map.keysWithoutAsking(demand.rowBytes));
    if (some > 0) {
      map.insertWithoutAsking(some, demand.rowBytes);
      left -= some;
      clock.spend((some / rows) * millis);
      continue;
    }
    yield clock.due();
    if (!(yield* map.insert(demand.rowBytes)))
      throw new SparkFailure(
        around.configuration.behaviour.taskOutOfMemoryClass,
        "There is not enough memory to build hash map",
      );
    left--;
  }
  return () => map.clear();
}

function* fillUnknown(demand: PagesDemand, filling: Filling): Steps {
  const bytes = amountOf(demand.bytes, filling);
  const rows = Math.floor(bytes / (UNKNOWN_RECORD_BYTES + 24));
  return yield* fillSorter(
    {
      kind: "sorter",
      rows: { best: rows, atLeast: rows, atMost: rows, sigma: 0 },
      rowBytes: UNKNOWN_RECORD_BYTES,
      radix: true,
      diskRatio: demand.diskRatio,
    },
    filling,
  );
}
