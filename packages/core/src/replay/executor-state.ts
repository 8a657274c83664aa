/**
 * One executor's memory as the replay holds it now, and the one place where its rows are numbered
 * and written.
 */

import { type Amount, amount, exactAmount, minus, partOf, plus } from "../amount.ts";
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { ReplayAccuracy } from "../row-parts.ts";
import type { BlockEventRow, EmitRow, MemoryEventRow, Origin, SpillRow } from "../rows.ts";
import { emptyTaskRow, MemoryTimeline, TaskTimeline } from "../timeline/timeline.ts";
import { Grades, type Statement, type Verdict, type Weighed } from "./evidence/grades.ts";
import type { RuleName } from "./evidence/rule-name.ts";
import type { ExecutorRules } from "./executor-rules.ts";
import { ManagerFollower } from "./manager-follower.ts";
import { ModeLedger } from "./mode-ledger.ts";

/** Where and when the step in hand was said. */
export interface StepPlace {
  readonly ts: number;
  readonly tsMin: number | undefined;
  readonly tsMax: number | undefined;
  readonly sourceFileId: number;
  readonly line: number;
}

export interface RunningTask {
  readonly taskId: number;
  readonly stageId: number | undefined;
  readonly index: number | undefined;
  /** it was said to run, µs */
  readonly saidAt: number;
  /** it usually holds memory from then on, µs: the last broadcast before it ends is read */
  readonly startedAt: number;
  /** before this it holds none, µs: its binary is read */
  readonly preparedAt: number;
  thread: string | undefined;
}

export interface ExecutorTotals extends ReplayAccuracy {
  storagePeak: number;
  executionPeak: number;
  borrowedPeak: number;
  evictions: number;
  evictedBytes: number;
  failedPuts: number;
  spills: number;
  spilledBytes: number;
  waits: number;
  stores: number;
}

export function emptyTotals(): ExecutorTotals {
  return {
    storagePeak: 0,
    executionPeak: 0,
    borrowedPeak: 0,
    evictions: 0,
    evictedBytes: 0,
    failedPuts: 0,
    spills: 0,
    spilledBytes: 0,
    waits: 0,
    stores: 0,
    statements: 0,
    statementsMet: 0,
    statementsExplained: 0,
    decisions: 0,
    decisionsForeseen: 0,
  };
}

/** What there is to say of a row: what is left out is unknown. */
type Told<Row, Must extends keyof Row> = Pick<Row, Must> & Partial<Omit<Row, Placed>>;
type Placed = "executorId" | "seq" | "ts" | "tsMin" | "tsMax" | "sourceFileId" | "sourceLine";

export class ExecutorState {
  readonly executorId: string;
  readonly emit: EmitRow;
  readonly rules: ExecutorRules;
  readonly ledgers: readonly ModeLedger[];
  /** storage and execution of both modes */
  readonly memoryBytes: number;
  readonly onHeap: ModeLedger;
  readonly offHeap: ModeLedger | undefined;
  /** Spark's manager, brought along; undefined where the layout does not suffice to make one. */
  readonly follower: ManagerFollower | undefined;
  readonly running: Map<number, RunningTask> = new Map();
  readonly totals: ExecutorTotals = emptyTotals();
  readonly #memoryRow: MemoryEventRow = emptyMemoryRow();
  readonly #blockRow: BlockEventRow = emptyBlockRow();
  readonly #spillRow: SpillRow = emptySpillRow();
  readonly #taskTimelineRow = emptyTaskRow();
  readonly #grades: Grades;
  readonly #timelines: ReadonlyMap<MemoryMode, MemoryTimeline>;
  /** by task and mode: `trackOf` */
  readonly #taskTimelines = new Map<number, TaskTimeline>();
  /** tasks that run since before the log: what they held then is in `unloggedExecution` */
  readonly #begunBefore = new Set<number>();
  readonly followsTasks: boolean;
  /** Its blocks are logged: in a log of its own, or in reports of the event log. */
  #isStorageTold: boolean;
  /** Its tasks are logged: in a log of its own, or in an event log. */
  #isExecutionTold: boolean;
  /** the log has ended, and the executor's life went on */
  #isOver = false;
  #seq = 0;
  #sampledSeq = -1;
  #ts = Number.NEGATIVE_INFINITY;

  constructor(of: {
    executorId: string;
    rules: ExecutorRules;
    manager: MemoryManager | undefined;
    emit: EmitRow;
    /**
     * a log tells of its tasks' memory step by step; without one their tracks show their peaks
     * alone
     */
    followsTasks: boolean;
    isStorageTold: boolean;
    isExecutionTold: boolean;
    sentenceOf: (rule: RuleName) => string | undefined;
  }) {
    this.executorId = of.executorId;
    this.followsTasks = of.followsTasks;
    this.#isStorageTold = of.isStorageTold;
    this.#isExecutionTold = of.isExecutionTold;
    this.emit = of.emit;
    this.rules = of.rules;
    this.follower = of.manager === undefined ? undefined : new ManagerFollower(of.manager);
    this.onHeap = new ModeLedger("on_heap", of.rules.onHeap);
    this.offHeap =
      of.rules.offHeap === undefined ? undefined : new ModeLedger("off_heap", of.rules.offHeap);
    this.ledgers = this.offHeap === undefined ? [this.onHeap] : [this.onHeap, this.offHeap];
    this.memoryBytes =
      of.rules.sharedBytes ?? this.ledgers.reduce((sum, ledger) => sum + ledger.rules.maxBytes, 0);
    const { memoryBytes } = this;
    const { emit, sentenceOf } = of;
    this.#grades = new Grades({ memoryBytes, totals: this.totals, emit, sentenceOf });
    this.#timelines = new Map(
      this.ledgers.map((ledger) => [
        ledger.mode,
        new MemoryTimeline({
          executorId: of.executorId,
          mode: ledger.mode,
          maxMemoryBytes: of.rules.sharedBytes === undefined ? ledger.rules.maxBytes : undefined,
          emit: of.emit,
        }),
      ]),
    );
  }

  ledger(mode: MemoryMode): ModeLedger {
    return mode === "off_heap" && this.offHeap !== undefined ? this.offHeap : this.onHeap;
  }

  nextSeq(): number {
    return ++this.#seq;
  }

  ledgerOfBlock(blockId: string): ModeLedger | undefined {
    return this.ledgers.find((ledger) => ledger.blocks.has(blockId));
  }

  /** Time never runs backwards within an executor. */
  time(ts: number): number {
    this.#ts = Math.max(this.#ts, ts);
    return this.#ts;
  }

  memoryEvent(at: StepPlace, event: Told<MemoryEventRow, "op" | "mode" | "origin">): void {
    const row = this.#memoryRow;
    this.#place(row, at);
    row.op = event.op;
    row.mode = event.mode;
    row.taskId = event.taskId;
    row.blockId = event.blockId;
    row.consumer = event.consumer;
    row.requestedBytes = event.requestedBytes;
    row.grantedBytes = event.grantedBytes;
    row.grantedBytesMin = event.grantedBytesMin;
    row.grantedBytesMax = event.grantedBytesMax;
    row.rule = event.rule;
    row.origin = event.origin;
    this.emit("memory_events", row);
  }

  blockEvent(at: StepPlace, event: Told<BlockEventRow, "op" | "blockId" | "origin">): void {
    const row = this.#blockRow;
    this.#place(row, at);
    row.blockId = event.blockId;
    row.op = event.op;
    row.memoryBytes = event.memoryBytes;
    row.memoryBytesMin = event.memoryBytesMin;
    row.memoryBytesMax = event.memoryBytesMax;
    row.diskBytes = event.diskBytes;
    row.mode = event.mode;
    row.taskId = event.taskId;
    row.missKind = event.missKind;
    row.cause = event.cause;
    row.causedByTaskId = event.causedByTaskId;
    row.causedByBlockId = event.causedByBlockId;
    row.rule = event.rule;
    row.certainty = event.certainty;
    row.origin = event.origin;
    this.emit("block_events", row);
  }

  spill(at: StepPlace, event: Omit<SpillRow, Placed>): void {
    this.totals.spills++;
    this.totals.spilledBytes += event.memoryBytes ?? 0;
    this.#place(this.#spillRow, at);
    this.emit("spills", Object.assign(this.#spillRow, event));
  }

  /** Writes a state row of every mode whose state changed; right after the event written last. */
  sample(at: StepPlace, origin: Origin): void {
    // A state that no event of its own explains (time passed, a statement narrowed it) gets a
    // number of its own.
    if (this.#sampledSeq === this.#seq) this.#seq++;
    this.#sampledSeq = this.#seq;
    for (const ledger of this.ledgers) {
      ledger.keepPoolLaws();
      if (this.follower !== undefined) ledger.settlePool(this.follower.follow(ledger));
      const { maxBytes, regionBytes, fixedPools } = ledger.rules;
      const { storageUsed, executionUsed, storagePool } = ledger.pools;
      this.totals.storagePeak = Math.max(this.totals.storagePeak, storageUsed.best);
      this.totals.executionPeak = Math.max(this.totals.executionPeak, executionUsed.best);
      if (!fixedPools) {
        this.totals.borrowedPeak = Math.max(
          this.totals.borrowedPeak,
          storagePool.best - regionBytes,
        );
      }
      const timeline = this.#timelines.get(ledger.mode);
      const isKnown = this.#arePoolsKnown;
      const unrollUsed = partOf(ledger.unroll, storageUsed);
      const activeTasks = ledger.executionByTask.size;
      const pools = {
        storageUsed,
        unrollUsed,
        executionUsed,
        storagePool,
        activeTasks,
        isStorageTold: this.#isStorageTold,
        isExecutionTold: this.#isExecutionTold,
        isKnown,
      };
      if (timeline === undefined || timeline.stands(pools)) continue;
      timeline.add({
        seq: this.#seq,
        ts: this.time(at.ts),
        storageUsed,
        unrollUsed,
        executionUsed,
        storagePool,
        executionPool: fixedPools
          ? exactAmount(maxBytes - regionBytes)
          : minus(exactAmount(maxBytes), storagePool),
        free: minus(minus(exactAmount(maxBytes), storageUsed), executionUsed),
        storageAvailable: ledger.storageAvailable(),
        executionAvailable: ledger.executionAvailable(),
        activeTasks,
        isStorageTold: this.#isStorageTold,
        isExecutionTold: this.#isExecutionTold,
        isKnown,
        origin,
        sourceFileId: at.sourceFileId,
        sourceLine: at.line,
      });
    }
    if (this.followsTasks && !this.#isOver) this.#sampleTasks(at, origin);
  }

  /** What is held is known by mode: blocks that were stored before the log may be in either. */
  get #arePoolsKnown(): boolean {
    const { isCapacityKnown, areModesKnown: known, sharedBytes } = this.rules;
    if (this.#isOver || !isCapacityKnown || !(known || sharedBytes !== undefined)) return false;
    return this.offHeap === undefined || this.onHeap.unseen.atMost === 0;
  }

  #sampleTasks(at: StepPlace, origin: Origin): void {
    for (const ledger of this.ledgers) {
      const active = ledger.executionByTask.size;
      if (active === 0) continue;
      const maxPool = ledger.executionCeiling();
      const isShared = this.rules.sharedBytes !== undefined;
      const executionPool = ledger.rules.fixedPools
        ? maxPool
        : ledger.rules.maxBytes - ledger.storagePool.best;
      for (const [taskId, held] of ledger.executionByTask) {
        const executionUsed = this.#begunBefore.has(taskId)
          ? partOf(plus(held, this.#shareOfUnlogged(ledger)), exactAmount(maxPool))
          : held;
        this.#taskTrack(taskId, ledger.mode).add({
          seq: this.#seq,
          ts: this.time(at.ts),
          executionUsed,
          shareMinBytes: isShared ? undefined : Math.floor(executionPool / (2 * active)),
          shareMaxBytes: isShared ? undefined : Math.floor(maxPool / active),
          origin,
          sourceFileId: at.sourceFileId,
          sourceLine: at.line,
        });
      }
    }
  }

  /** What tasks hold of before the log: any of them may have all of it, each at best its part. */
  #shareOfUnlogged({ unloggedExecution }: ModeLedger): Amount {
    const { atLeast, atMost, best } = unloggedExecution;
    const tasks = Math.max(1, this.#begunBefore.size);
    return amount({ atLeast: tasks === 1 ? atLeast : 0, atMost }, Math.floor(best / tasks));
  }

  /** A state of one task alone, on its track of one mode. */
  sampleTask(at: StepPlace, taskId: number, mode: MemoryMode, executionUsed: Amount): void {
    this.#seq++;
    const track = this.#taskTrack(taskId, mode);
    track.add({
      seq: this.#seq,
      ts: this.time(at.ts),
      executionUsed,
      shareMinBytes: undefined,
      shareMaxBytes: undefined,
      origin: "assumed",
      sourceFileId: at.sourceFileId,
      sourceLine: at.line,
    });
  }

  #taskTrack(taskId: number, mode: MemoryMode): TaskTimeline {
    const key = trackOf(taskId, mode);
    let track = this.#taskTimelines.get(key);
    if (track === undefined) {
      const id = { executorId: this.executorId, mode, taskId };
      track = new TaskTimeline(id, this.emit, this.#taskTimelineRow);
      this.#taskTimelines.set(key, track);
    }
    return track;
  }

  /** From now on what its blocks hold is known, or is not. */
  showStorage(isKnown: boolean): void {
    this.#isStorageTold = isKnown;
  }

  /** From now on nothing is known of what tasks hold. */
  hideExecution(): void {
    this.#isExecutionTold = false;
  }

  /** No line tells what this task took before the log; until it ends. */
  holdsUnlogged(taskId: number, holds: boolean): void {
    if (holds) this.#begunBefore.add(taskId);
    else this.#begunBefore.delete(taskId);
  }

  /** A task holds nothing more: its tracks end. */
  endTaskTracks(taskId: number, ts: number): void {
    for (const ledger of this.ledgers) {
      const key = trackOf(taskId, ledger.mode);
      this.#taskTimelines.get(key)?.end(this.time(ts));
      this.#taskTimelines.delete(key);
    }
  }

  /** A statement or decision of a log held against what was predicted of it; written at once. */
  check(at: StepPlace, statement: Statement & Verdict): boolean {
    const weighed = this.weigh(at, statement);
    weighed.settle(statement);
    return weighed.agrees;
  }

  /** The same for one whose rule is known only once later lines have borne it out. */
  weigh(at: StepPlace, statement: Statement): Weighed {
    return this.#grades.weigh(statement, {
      executorId: this.executorId,
      ts: this.time(at.ts),
      sourceFileId: at.sourceFileId,
      sourceLine: at.line,
    });
  }

  /** seq of the on-heap state in force. */
  get timelineSeq(): number | undefined {
    return this.#timelines.get("on_heap")?.seq;
  }

  /** The log ends here and the executor's life does not: what its memory does then is unknown. */
  unknownFrom(at: StepPlace): void {
    this.#isOver = true;
    this.sample(at, "derived");
  }

  /** Lines go on, µs: what memory holds is known again as far as they tell. */
  knownFrom(ts: number): void {
    this.#isOver = false;
    this.time(ts);
  }

  end(at: number | undefined): void {
    const ts = at === undefined ? undefined : this.time(at);
    for (const timeline of this.#taskTimelines.values()) timeline.end(ts);
    this.#taskTimelines.clear();
    for (const timeline of this.#timelines.values()) timeline.end(ts);
  }

  /** Of a kept row: a writer copies it before the next one is made. */
  #place(row: Pick<MemoryEventRow, Placed>, at: StepPlace): void {
    row.executorId = this.executorId;
    row.seq = this.nextSeq();
    const ts = this.time(at.ts);
    row.ts = ts;
    // A line that is replayed after later ones happened no later than they did, as far as is known.
    row.tsMin = at.tsMin === undefined ? undefined : Math.min(at.tsMin, ts);
    row.tsMax = at.tsMax === undefined ? undefined : Math.max(at.tsMax, ts);
    row.sourceFileId = at.sourceFileId;
    row.sourceLine = at.line;
  }
}

function trackOf(taskId: number, mode: MemoryMode): number {
  return 2 * taskId + (mode === "on_heap" ? 0 : 1);
}

const UNPLACED: Pick<MemoryEventRow, Placed> = {
  executorId: "",
  seq: 0,
  ts: 0,
  tsMin: undefined,
  tsMax: undefined,
  sourceFileId: undefined,
  sourceLine: undefined,
};

function emptyMemoryRow(): MemoryEventRow {
  return {
    ...UNPLACED,
    op: "acquire_storage",
    mode: "on_heap",
    taskId: undefined,
    blockId: undefined,
    consumer: undefined,
    requestedBytes: undefined,
    grantedBytes: undefined,
    grantedBytesMin: undefined,
    grantedBytesMax: undefined,
    rule: undefined,
    origin: "derived",
  };
}

function emptyBlockRow(): BlockEventRow {
  return {
    ...UNPLACED,
    blockId: "",
    op: "store",
    memoryBytes: undefined,
    memoryBytesMin: undefined,
    memoryBytesMax: undefined,
    diskBytes: undefined,
    mode: undefined,
    taskId: undefined,
    missKind: undefined,
    cause: undefined,
    causedByTaskId: undefined,
    causedByBlockId: undefined,
    rule: undefined,
    certainty: undefined,
    origin: "derived",
  };
}

function emptySpillRow(): SpillRow {
  return {
    ...UNPLACED,
    taskId: undefined,
    consumer: undefined,
    trigger: "unknown",
    forcedByTaskId: undefined,
    forcedByConsumer: undefined,
    memoryBytes: undefined,
    memoryBytesMin: undefined,
    memoryBytesMax: undefined,
    diskBytes: undefined,
    origin: "derived",
  };
}
