/**
 * What an executor's log must hold by the event log's word, or by its own: lines of its tasks,
 * broadcasts, blocks and spills.
 */
import type { BlockStatus, TaskEndFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";
import type { NumberSet } from "../number-set.ts";
import { BlockReads } from "./cached-reads.ts";
import { CountedIds } from "./counted-ids.ts";
import type { Expectation, LineKind } from "./expectation.ts";
import { SpillLines } from "./spill-lines.ts";
import { StoredSizes } from "./stored-sizes.ts";

const FIRST_PIECE = /^broadcast_(\d{1,15})_piece0$/;
const BROADCAST = /^broadcast_(\d{1,15})$/;
/** Lines of one process stand in order but for those of threads that print at once. */
const DISORDER_MICROS = 10_000_000;
/**
 * Beyond what the clock of a log tells apart: no line of 421 recorded logs stands so far behind. A
 * pause of the JVM may bring a line of each thread, a stretch of lines out of its place many.
 */
const OUT_OF_PLACE_MICROS = 1_500_000;
const OUT_OF_PLACE = { lines: 8, share: 0.01 };
/**
 * A driver hears of a task's end after its executor printed it, by clocks that are a little apart,
 * and late where it is busy.
 */
const AFTER_THE_END_MICROS = 60_000_000;
const BEFORE_THE_END_MICROS = 600_000_000;
/** Ends of tasks that one log has and the other not yet. */
const PENDING_ENDS = 20_000;

/** What the event log says of a task's stage. */
export interface StageOfTask {
  /** ids of blocks of cached RDDs that the task asks for */
  readonly reads: readonly string[];
  /** it spills in collections alone, each time with a line */
  readonly spillsByLines: boolean;
}

export class ExecutorLogCompleteness {
  /** the file whose lines are counted first */
  sourceFileId: number | undefined;
  /** tasks whose end stands above their start: of 16,002 in 421 recorded logs none */
  endsBeforeStarts = 0;
  /** broadcasts whose printed size is another than another executor's */
  otherBroadcasts = 0;
  /** µs of its last line */
  #lastLine: number | undefined;
  readonly #kinds = new Set<LineKind>();
  readonly #running = new CountedIds();
  readonly #finished = new CountedIds();
  readonly #broadcasts = new CountedIds();
  #rddStores = 0;
  /** of RDDs that are kept in memory alone: what is stored there is reported */
  readonly #memoryOnly = { stores: 0, reports: 0 };
  /** lines of reading an RDD's block, of storing one, or of why it was not stored */
  readonly #reads = new BlockReads();
  readonly #spills = new SpillLines();
  readonly #sizes = new StoredSizes();
  /** blocks selected for dropping and dropped, one by one; of the last selection, those not yet */
  readonly #drops = { selected: 0, dropped: 0, open: 0 };
  #lines = 0;
  #timeless = 0;
  readonly #order = { sourceFileId: -1, last: 0, backward: 0, outOfPlace: 0 };
  /** by task, µs of its end as the log whose line came first has it */
  readonly #pendingEnds = new Map<number, { readonly ts: number; readonly isLine: boolean }>();
  #comparedEnds = 0;
  #displacedEnds = 0;
  // By the event log:
  #successes = 0;
  #lastSuccess = 0;
  readonly #stages = new CountedIds();
  #rddStoresReported = 0;
  readonly #pieces = new CountedIds();
  /** tasks that spilled, and those of them whose spills must have lines */
  #spillingTasks = 0;
  #spillingByLines = 0;
  #spilledBytes = 0;
  #unmeasuredTasks = 0;
  #failures = 0;

  /** @param isMemoryOnly the fact is of a block whose RDD is kept in memory alone */
  line(
    fact: LogFact,
    at: Pick<Observation, "sourceFileId" | "taskId"> & { readonly ts: number | undefined },
    isMemoryOnly: boolean,
  ): void {
    this.sourceFileId ??= at.sourceFileId;
    this.#lineAt(at.ts, at.sourceFileId);
    switch (fact.kind) {
      // Other lines of the start may come after it; nothing is in memory before it.
      case "store_started":
        this.#kinds.add("start");
        return;
      case "executor_stopping":
      case "store_cleared":
        this.#kinds.add("end");
        return;
      case "task_running":
        this.#kinds.add("tasks");
        if (this.#running.add(fact.taskId) && this.#finished.has(fact.taskId))
          this.endsBeforeStarts++;
        return;
      case "task_finished":
        this.#kinds.add("tasks");
        if (fact.how === "finished") this.#finished.add(fact.taskId);
        if (at.ts !== undefined) this.#endAt(fact.taskId, at.ts, true);
        return;
      case "block_stored":
        this.#kinds.add("blocks");
        this.#stored(fact.blockId);
        this.#reads.line(fact.blockId, at.taskId);
        this.#sizes.line(fact.blockId, fact.size);
        if (isMemoryOnly) this.#memoryOnly.stores++;
        return;
      // Not of room refused to an unroll that asks again: there may be several of one read.
      case "block_found":
      case "unroll_failed":
        this.#reads.line(fact.blockId, at.taskId);
        return;
      case "block_remark":
        if (fact.what === "already_exists") this.#reads.line(fact.blockId, at.taskId);
        return;
      case "eviction_selected":
      case "block_dropping":
      case "eviction_done":
        this.#evicting(fact);
        return;
      case "spill":
        this.#kinds.add("spills");
        this.#spills.line(fact, at.taskId);
        return;
      case "execution_spilled":
        this.#kinds.add("spills");
        return;
      default:
        return;
    }
  }

  #evicting(
    fact: Extract<LogFact, { kind: "eviction_selected" | "block_dropping" | "eviction_done" }>,
  ): void {
    const drops = this.#drops;
    if (fact.kind === "eviction_selected") {
      drops.selected += fact.blocks;
      drops.open = fact.blocks;
    } else if (fact.kind === "block_dropping") {
      drops.dropped++;
      drops.open = Math.max(0, drops.open - 1);
    } else drops.open = 0;
  }

  taskEnded(
    { reason, stageId, stageAttemptId, memorySpilledBytes, finishedMs, taskId }: TaskEndFact,
    { reads, spillsByLines }: StageOfTask,
  ): void {
    if ((memorySpilledBytes ?? 0) > 0) {
      this.#spillingTasks++;
      this.#spilledBytes += memorySpilledBytes ?? 0;
      if (spillsByLines) this.#spillingByLines++;
      if (spillsByLines && reason === "Success") this.#spills.taskSpilled(taskId);
    } else if (reason !== "Success" || memorySpilledBytes === undefined) this.#unmeasuredTasks++;
    if (reason !== "Success") {
      this.#failures++;
      return;
    }
    if (memorySpilledBytes === 0) this.#spills.taskDidNotSpill(taskId);
    this.#successes++;
    for (const blockId of reads) this.#reads.askedFor(blockId, taskId);
    const ts = (finishedMs ?? 0) * 1000;
    this.#lastSuccess = Math.max(this.#lastSuccess, ts);
    if (ts > 0) this.#endAt(taskId, ts, false);
    if (stageAttemptId === 0) this.#stages.add(stageId);
  }

  /** The event log reports that a block is in memory here. */
  reported({ blockId, memoryBytes }: BlockStatus, isMemoryOnly: boolean): void {
    this.#sizes.reported(blockId, memoryBytes);
    if (isMemoryOnly) this.#memoryOnly.reports++;
    if (blockId.startsWith("rdd_")) this.#rddStoresReported++;
    const broadcast = FIRST_PIECE.exec(blockId)?.[1];
    if (broadcast !== undefined) this.#pieces.add(Number(broadcast));
  }

  /**
   * Of the event log: each stage that ran here fetched its broadcast, whose first piece is
   * reported.
   */
  get reports(): Expectation {
    const expected = this.#stages.count;
    return { what: "", expected, missing: Math.max(0, expected - this.#pieces.count) };
  }

  /**
   * Of the event log: blocks that this log stored. A task does not end before its blocks are
   * reported; an executor that dies may have stored one that never is.
   */
  get storesReported(): Expectation {
    const { stores, reports } = this.#memoryOnly;
    const expected = this.#failures > 0 ? 0 : stores;
    return { what: "", expected, missing: Math.max(0, expected - reports) };
  }

  get kinds(): readonly LineKind[] {
    return [...this.#kinds];
  }

  /** Kinds of lines that must be there, and of which there is none. */
  get missingKinds(): readonly LineKind[] {
    const missing: LineKind[] = [];
    const worked = Math.max(this.#successes, this.#running.count, this.#finished.count);
    if (worked > 0 && !this.#kinds.has("tasks")) missing.push("tasks");
    // The first task of each stage stores the stage's binary, a broadcast.
    if (worked > 0 && !this.#kinds.has("blocks")) missing.push("blocks");
    if (this.#spillingByLines > 0 && !this.#kinds.has("spills")) missing.push("spills");
    return missing;
  }

  /**
   * Tasks ended here well after the log's last line. Undefined: it has no line of its end, and no
   * event log holds its tasks.
   */
  get endsEarly(): boolean | undefined {
    const last = this.#lastLine;
    if (last !== undefined && this.#lastSuccess > last + 2_000_000) return true;
    return this.#kinds.has("end") || this.#successes > 0 ? false : undefined;
  }

  /** A task begins and ends once: lines of it that are there again stand beside others that are. */
  get repeated(): number {
    return this.#running.repeated + this.#finished.repeated;
  }

  /** Lines whose time lies well before that of one above them, or many that lie a little before. */
  get backward(): number {
    const { backward, outOfPlace } = this.#order;
    const usual = Math.max(OUT_OF_PLACE.lines, OUT_OF_PLACE.share * this.#lines);
    return outOfPlace > usual ? outOfPlace : backward;
  }

  /** Tasks whose end the event log has at another time. */
  get displacedEnds(): Expectation {
    const expected = this.#comparedEnds;
    return { what: "ends of tasks", expected, missing: this.#displacedEnds };
  }

  /** Blocks whose size the event log has otherwise. */
  get otherSizes(): Expectation {
    return this.#sizes.otherwise;
  }

  /** Lines without a time, where others have one. */
  get timeless(): number {
    return this.#timeless < this.#lines ? this.#timeless : 0;
  }

  expectations(): Expectation[] {
    const tasks = Math.max(this.#successes, this.#finished.count);
    const of = (what: string, expected: number, found: number): Expectation => ({
      what,
      expected,
      missing: Math.max(0, expected - found),
    });
    return [
      of("lines of a task's start", tasks, this.#running.count),
      of("lines of a task's end", this.#successes, this.#finished.count),
      of("stores of a stage's broadcast", this.#stages.count, this.#broadcasts.count),
      of("stores of RDD blocks", this.#rddStoresReported, this.#rddStores),
      this.#reads.expectation,
      this.#evictions,
      this.#spills.expectation,
    ];
  }

  /** Of the event log: tasks that ended here by this log and are none there. */
  unknownTo(tasks: NumberSet): Expectation {
    const expected = this.#finished.count;
    return { what: "", expected, missing: this.#finished.outside(tasks) };
  }

  /** Of the event log: a task here spilled by lines, and not by its metrics. */
  get spillsWithoutMetrics(): boolean {
    const spills = this.#spills;
    if (spills.contradicted > 0) return true;
    // Metrics of a task that failed or still ran may be lost, and with them its spills.
    if (this.#unmeasuredTasks > 0 || spills.counted === 0) return false;
    if (this.#spillingTasks === 0) return true;
    const isOfEach = this.#failures === 0 && this.#running.count <= this.#successes;
    return isOfEach && this.#spilledBytes < spills.collectedBytes;
  }

  #stored(blockId: string): void {
    if (blockId.startsWith("rdd_")) this.#rddStores++;
    const broadcast = BROADCAST.exec(blockId)?.[1];
    if (broadcast !== undefined) this.#broadcasts.add(Number(broadcast));
  }

  /**
   * Blocks are dropped under the lock under which they were selected, each with a line; an executor
   * may die meanwhile (MemoryStore.evictBlocksToFreeSpace).
   */
  get #evictions(): Expectation {
    const { selected, dropped, open } = this.#drops;
    const missing = Math.max(dropped - selected, selected - open - dropped, 0);
    return { what: "lines of evictions", expected: Math.max(selected, dropped), missing };
  }

  #lineAt(ts: number | undefined, sourceFileId: number): void {
    this.#lines++;
    if (ts === undefined) {
      this.#timeless++;
      return;
    }
    this.#kinds.add("times");
    this.#lastLine = Math.max(ts, this.#lastLine ?? ts);
    const order = this.#order;
    if (order.sourceFileId !== sourceFileId) {
      order.sourceFileId = sourceFileId;
      order.last = ts;
    }
    if (ts < order.last - DISORDER_MICROS) order.backward++;
    if (ts < order.last - OUT_OF_PLACE_MICROS) order.outOfPlace++;
    order.last = Math.max(order.last, ts);
  }

  /** Holds the two logs' times of one end against each other, as soon as both are known. */
  #endAt(taskId: number, ts: number, isLine: boolean): void {
    const other = this.#pendingEnds.get(taskId);
    if (other === undefined || other.isLine === isLine) {
      if (this.#pendingEnds.size < PENDING_ENDS) this.#pendingEnds.set(taskId, { ts, isLine });
      return;
    }
    this.#pendingEnds.delete(taskId);
    this.#comparedEnds++;
    const late = isLine ? ts - other.ts : other.ts - ts;
    if (late > AFTER_THE_END_MICROS || late < -BEFORE_THE_END_MICROS) this.#displacedEnds++;
  }
}
