/**
 * Lines of spills of one executor: each counts those before it, and tasks of collections owe one.
 */
import type { LogFact } from "../../log-fact.ts";
import { NumberSet } from "../number-set.ts";
import { CountedIds } from "./counted-ids.ts";
import type { Expectation } from "./expectation.ts";

type Spill = Extract<LogFact, { kind: "spill" }>;

/** Most threads and counts that are kept; more are not attributed. */
const COUNTS = 20_000;

export class SpillLines {
  lines = 0;
  /** lines of spills that Spark counts in metrics of their task, if that ends well */
  counted = 0;
  /** of collections among these, the least that their printed sizes say, bytes: metrics hold it */
  collectedBytes = 0;
  /** tasks that lines name, and lines that name none */
  readonly #tasks = new NumberSet();
  #namesNoTask = 0;
  /**
   * Tasks that lines say spilled a collection or a shuffle's records of themselves. Spark counts
   * these in the task's metrics (ExternalSorter's and ExternalAppendOnlyMap's callers,
   * ShuffleExternalSorter.spill; 1.0 to 4.2). One that was forced may come after the metrics were
   * taken; an UnsafeExternalSorter over a map's pages frees none of its own, and counts 0.
   */
  readonly #bySelf = new CountedIds();
  /** tasks that succeeded and did not spill by the event log */
  readonly #withoutSpill = new NumberSet();
  /** tasks that spilled by the event log, in collections alone */
  readonly #owing = new CountedIds();
  /**
   * By thread, consumer and `times so far`: lines. Every collection that spilled for the third time
   * has spilled for the second.
   */
  readonly #byTimes = new Map<string, { readonly below: string; lines: number }>();

  line({ what, consumer, threadId, times, taskId, size }: Spill, ofTask: number | undefined): void {
    this.lines++;
    const task = taskId ?? ofTask;
    if (task === undefined || task < 0) this.#namesNoTask++;
    else this.#tasks.add(task);
    if (what === "collection" || consumer === "ShuffleExternalSorter") {
      this.counted++;
      if (what === "collection") this.collectedBytes += size.atLeast;
      if (task !== undefined) this.#bySelf.add(task);
    }
    if (what === "forced_collection" || threadId === undefined || times === undefined) return;
    const place = `${consumer} ${threadId} `;
    const count = this.#byTimes.get(`${place}${times}`);
    if (count !== undefined) count.lines++;
    else if (this.#byTimes.size < COUNTS)
      this.#byTimes.set(`${place}${times}`, {
        // Collections count from 1 on, sorted data the spills before (Spillable.logSpillage,
        // UnsafeExternalSorter.spill).
        below: times <= (what === "collection" ? 1 : 0) ? "" : `${place}${times - 1}`,
        lines: 1,
      });
  }

  taskSpilled(taskId: number): void {
    this.#owing.add(taskId);
  }

  /** It succeeded, and its metrics say that it did not spill. */
  taskDidNotSpill(taskId: number): void {
    if (taskId >= 0) this.#withoutSpill.add(taskId);
  }

  /** Tasks that spilled by lines and did not by the event log. */
  get contradicted(): number {
    return this.#bySelf.count - this.#bySelf.outside(this.#withoutSpill);
  }

  get expectation(): Expectation {
    const silent = Math.max(0, this.#owing.outside(this.#tasks) - this.#namesNoTask);
    let missing = 0;
    if (this.#byTimes.size < COUNTS) {
      for (const { below, lines } of this.#byTimes.values()) {
        const before = below === "" ? lines : (this.#byTimes.get(below)?.lines ?? 0);
        missing += Math.max(0, lines - before);
      }
    }
    const least = Math.max(missing, silent);
    return { what: "lines of spills", expected: this.lines + least, missing: least };
  }
}
