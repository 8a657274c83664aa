/**
 * Events about an executor without a log of its own, held back for a while: a task's totals, which
 * its end brings, are then known while it runs. Without them nothing but the pool bounds what it
 * holds.
 */

import type { TaskEndFact } from "../event-fact.ts";
import type { Observation } from "../observation.ts";
import type { StepPlace } from "./executor-state.ts";

/** How long a report waits, µs of log time: most tasks have ended by then. */
const DELAY_MICROS = 600_000_000;
/**
 * How many reports of one executor wait: so many, and more where many tasks run, each of which
 * brings two.
 */
const KEPT = 512;
const KEPT_PER_TASK = 6;
const KEPT_AT_MOST = 1 << 15;

/** A report that waits; used again for others. It is also the place of what it reports. */
export class DelayedReport implements StepPlace {
  ts = 0;
  tsMin: number | undefined;
  tsMax: number | undefined;
  sourceFileId = 0;
  line = 0;
  taskId = 0;
  stageId = 0;
  index: number | undefined;
  updatedBlocks: TaskEndFact["updatedBlocks"];
  kind: "started" | "ended" | "other" = "other";
  /** of another kind than a task's start or end */
  replay: (() => void) | undefined;
}

type Bounds = Pick<Observation, "tsMin" | "tsMax" | "sourceFileId" | "line">;

export class DelayedReports {
  readonly #replayTask: (report: DelayedReport) => void;
  #ring: DelayedReport[] = [];
  #first = 0;
  #count = 0;
  /** tasks that were reported to run, and not yet to end */
  #active = 0;

  constructor(replayTask: (report: DelayedReport) => void) {
    this.#replayTask = replayTask;
  }

  /** @param ts  epoch µs, never before that of the report before it */
  add(ts: number, replay: () => void): void {
    const report = this.#next("other", ts);
    report.replay = replay;
    this.#replayDue(ts);
  }

  /** @param ts  as of `add` */
  addTask(
    kind: "started" | "ended",
    { ts, at }: { readonly ts: number; readonly at: Bounds },
    task: Pick<DelayedReport, "taskId" | "stageId" | "index" | "updatedBlocks">,
  ): void {
    this.#active = Math.max(0, this.#active + (kind === "started" ? 1 : -1));
    const report = this.#next(kind, ts);
    report.tsMin = at.tsMin;
    report.tsMax = at.tsMax;
    report.sourceFileId = at.sourceFileId;
    report.line = at.line;
    report.taskId = task.taskId;
    report.stageId = task.stageId;
    report.index = task.index;
    report.updatedBlocks = task.updatedBlocks;
    this.#replayDue(ts);
  }

  drainUntil(ts: number): void {
    for (let first = this.#oldest; first !== undefined && first.ts <= ts; first = this.#oldest)
      this.#replayOldest(first);
  }

  #replayDue(ts: number): void {
    const most = Math.min(KEPT_AT_MOST, Math.max(KEPT, KEPT_PER_TASK * this.#active));
    if (this.#count <= most) this.drainUntil(ts - DELAY_MICROS);
    else if (this.#oldest !== undefined) this.#replayOldest(this.#oldest);
  }

  get #oldest(): DelayedReport | undefined {
    return this.#count === 0 ? undefined : this.#ring[this.#first];
  }

  #replayOldest(report: DelayedReport): void {
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#count--;
    const { replay } = report;
    report.replay = undefined;
    if (replay !== undefined) replay();
    else this.#replayTask(report);
  }

  #next(kind: DelayedReport["kind"], ts: number): DelayedReport {
    // One is kept free: the report in hand is not used again before it is replayed.
    if (this.#count + 1 >= this.#ring.length) this.#grow();
    const at = (this.#first + this.#count) % this.#ring.length;
    this.#count++;
    const report = this.#ring[at] ?? new DelayedReport();
    report.kind = kind;
    report.ts = ts;
    return report;
  }

  #grow(): void {
    const inOrder = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    const more = Math.max(8, this.#count);
    for (let n = 0; n < more; n++) inOrder.push(new DelayedReport());
    this.#ring = inOrder;
    this.#first = 0;
  }
}
