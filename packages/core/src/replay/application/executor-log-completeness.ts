/** What an executor's log must hold by the event log's word, or by its own: lines of its tasks, broadcasts, blocks and spills. */
import type { TaskEndFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import { NumberSet } from "../number-set.ts";
import type { Expectation, LineKind } from "./expectation.ts";

const FIRST_PIECE = /^broadcast_(\d{1,15})_piece0$/;
const BROADCAST = /^broadcast_(\d{1,15})$/;

export class ExecutorLogCompleteness {
  /** the file whose lines are counted first */
  sourceFileId: number | undefined;
  /** µs of its last line */
  #lastLine: number | undefined;
  readonly #kinds = new Set<LineKind>();
  readonly #running = new CountedIds();
  readonly #finished = new CountedIds();
  readonly #broadcasts = new CountedIds();
  #rddStores = 0;
  // By the event log:
  #successes = 0;
  #lastSuccess = 0;
  readonly #stages = new CountedIds();
  #rddStoresReported = 0;
  readonly #pieces = new CountedIds();
  #spillingTasks = 0;

  line(
    fact: LogFact,
    at: { readonly ts: number | undefined; readonly sourceFileId: number },
  ): void {
    this.sourceFileId ??= at.sourceFileId;
    if (at.ts !== undefined) this.#lastLine = Math.max(at.ts, this.#lastLine ?? at.ts);
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
        this.#running.add(fact.taskId);
        return;
      case "task_finished":
        this.#kinds.add("tasks");
        if (fact.how === "finished") this.#finished.add(fact.taskId);
        return;
      case "block_stored":
        this.#kinds.add("blocks");
        this.#stored(fact.blockId);
        return;
      case "spill":
      case "execution_spilled":
        this.#kinds.add("spills");
        return;
      default:
        return;
    }
  }

  taskEnded({
    reason,
    stageId,
    stageAttemptId,
    memorySpilledBytes,
    finishedMs,
  }: TaskEndFact): void {
    if ((memorySpilledBytes ?? 0) > 0) this.#spillingTasks++;
    if (reason !== "Success") return;
    this.#successes++;
    this.#lastSuccess = Math.max(this.#lastSuccess, (finishedMs ?? 0) * 1000);
    if (stageAttemptId === 0) this.#stages.add(stageId);
  }

  /** The event log reports that a block is in memory here. */
  reported(blockId: string): void {
    if (blockId.startsWith("rdd_")) this.#rddStoresReported++;
    const broadcast = FIRST_PIECE.exec(blockId)?.[1];
    if (broadcast !== undefined) this.#pieces.add(Number(broadcast));
  }

  /** Of the event log: each stage that ran here fetched its broadcast, whose first piece is reported. */
  get reports(): Expectation {
    const expected = this.#stages.count;
    return { what: "", expected, missing: Math.max(0, expected - this.#pieces.count) };
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
    if (this.#spillingTasks > 0 && !this.#kinds.has("spills")) missing.push("spills");
    return missing;
  }

  /** Tasks ended here well after the log's last line. */
  get endsEarly(): boolean {
    const last = this.#lastLine;
    return last !== undefined && this.#lastSuccess > last + 2_000_000;
  }

  /** A task begins and ends once: lines of it that are there again stand beside others that are. */
  get repeated(): number {
    return this.#running.repeated + this.#finished.repeated;
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
    ];
  }

  #stored(blockId: string): void {
    if (blockId.startsWith("rdd_")) this.#rddStores++;
    const broadcast = BROADCAST.exec(blockId)?.[1];
    if (broadcast !== undefined) this.#broadcasts.add(Number(broadcast));
  }
}

/** Ids, and how many of them there are. */
class CountedIds {
  readonly #ids = new NumberSet();
  count = 0;
  /** added although they were there */
  repeated = 0;

  add(id: number): void {
    if (this.#ids.has(id)) {
      this.repeated++;
      return;
    }
    this.#ids.add(id);
    this.count++;
  }
}
