/**
 * The rows that a score needs, kept while a replay emits them: memory over time, blocks, spills,
 * waits and checks.
 */
import type {
  BlockEventRow,
  EmitRow,
  MemoryMode,
  MemoryTimelineRow,
  ReplayCheckRow,
  Rows,
  TableName,
  Triple,
} from "@respark/core";
import { survey } from "@respark/events";
import { replayInto } from "../golden/replayed-run.ts";
import type { GivenLogs } from "./given-logs.ts";

/** Best estimate and bounds, bytes; all undefined = unknown. */
export type Estimate = Readonly<Triple>;

export interface TimelineRow {
  readonly executorId: string;
  readonly mode: MemoryMode;
  readonly seq: number;
  /** epoch ms */
  readonly from: number;
  readonly until: number | undefined;
  readonly storage: Estimate;
  readonly execution: Estimate;
  readonly storagePool: Estimate;
}

export type BlockRow = Readonly<
  Pick<
    BlockEventRow,
    | "executorId"
    | "seq"
    | "blockId"
    | "op"
    | "memoryBytes"
    | "memoryBytesMin"
    | "memoryBytesMax"
    | "cause"
    | "causedByTaskId"
    | "certainty"
  >
>;

export type CheckRow = Readonly<ReplayCheckRow>;

export interface TaskRow {
  readonly executorId: string;
  readonly taskId: number;
  readonly execution: Estimate;
}

export interface SpillRow {
  readonly executorId: string;
  readonly memoryBytes: number | undefined;
}

/** What a score reads of a replay; rows of one executor are in order of seq. */
export interface ReplayedTables {
  readonly timeline: readonly TimelineRow[];
  readonly tasks: readonly TaskRow[];
  readonly blocks: readonly BlockRow[];
  readonly spills: readonly SpillRow[];
  readonly checks: readonly CheckRow[];
  /** of executors, not of the driver */
  readonly waits: number;
  /** largest maximum of any pool, bytes */
  readonly maxMemoryBytes: number;
}

const copyOf = ({ bytes, atLeast, atMost }: Triple): Estimate => ({ bytes, atLeast, atMost });

function timelineRow(row: MemoryTimelineRow): TimelineRow {
  return {
    executorId: row.executorId,
    mode: row.mode,
    seq: row.seq,
    from: row.ts / 1000,
    until: row.endTs === undefined ? undefined : row.endTs / 1000,
    storage: copyOf(row.storageUsed),
    execution: copyOf(row.executionUsed),
    storagePool: copyOf(row.storagePool),
  };
}

/** What is kept of a row of each table that a score reads. */
class Keeper {
  readonly timeline: TimelineRow[] = [];
  readonly tasks: TaskRow[] = [];
  readonly blocks: BlockRow[] = [];
  readonly spills: SpillRow[] = [];
  readonly checks: CheckRow[] = [];
  waits = 0;
  maxMemoryBytes = 0;

  readonly #keep: { readonly [T in TableName]?: (row: Rows[T]) => void } = {
    memory_timeline: (row) => {
      this.timeline.push(timelineRow(row));
      this.maxMemoryBytes = Math.max(this.maxMemoryBytes, row.maxMemoryBytes ?? 0);
    },
    task_memory_timeline: ({ executorId, taskId, executionUsed }) =>
      this.tasks.push({ executorId, taskId, execution: copyOf(executionUsed) }),
    block_events: (row) => this.blocks.push({ ...row }),
    spills: ({ executorId, memoryBytes }) => this.spills.push({ executorId, memoryBytes }),
    replay_checks: (row) => this.checks.push({ ...row }),
    memory_waits: ({ executorId }) => {
      if (executorId !== "driver") this.waits++;
    },
  };

  readonly emit: EmitRow = (table, row) => this.#keep[table]?.(row);
}

/** Replays files as users do, survey first; only checks of executors' own logs are kept. */
export async function replayedTables(logs: GivenLogs): Promise<ReplayedTables> {
  const kept = new Keeper();
  const executorLogs = new Set<number>();
  const { timeZone } = logs;
  const { applications } = await survey([...logs.paths], {
    report: () => undefined,
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  for (const application of applications) {
    for (const { sourceFileId, kind } of application.files) {
      if (kind === "executor_log") executorLogs.add(sourceFileId);
    }
    await replayInto(application, kept.emit);
  }
  const { tasks, spills, waits, maxMemoryBytes } = kept;
  return {
    tasks,
    spills,
    waits,
    maxMemoryBytes,
    timeline: kept.timeline.toSorted((a, b) => a.seq - b.seq),
    blocks: kept.blocks.toSorted((a, b) => a.seq - b.seq),
    checks: kept.checks.filter(({ sourceFileId }) => executorLogs.has(sourceFileId)),
  };
}
