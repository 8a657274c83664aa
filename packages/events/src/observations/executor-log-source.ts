/**
 * An executor or driver log as a source of the merge: its records get their aligned times, second
 * by second.
 */
import type { Observation } from "@respark/core";
import type { LogCounts, LogOddity } from "../executor-log/log-counts.ts";
import { LogDecoder } from "../executor-log/log-decoder.ts";
import type { LogRecord } from "../executor-log/log-record.ts";
import { type HugeStart, type Lines, wholeLine } from "../survey/line-feed.ts";
import { type ClockRule, WallClock } from "../survey/zone.ts";
import { LogContext, type LogContextOptions, observationFromRecord } from "./from-log-record.ts";
import type { MergeSource, SourceState } from "./merge.ts";
import { emptyObservation, ReusedObservation } from "./reused-observation.ts";
import { spreadSecond, type TaskClock } from "./spread.ts";

export interface ExecutorLogSourceOptions {
  readonly sourceFileId: number;
  readonly rank: number;
  readonly source: LogContextOptions["source"];
  readonly executorId: string | undefined;
  readonly clock: ClockRule;
  /** the zone is known: bounds can be given */
  readonly aligned: boolean;
  /** µs; no record is earlier (the survey's first time) */
  readonly startsAt: number | undefined;
  readonly feed: Lines;
  /** elements of JSON documents come newest first */
  readonly newestFirst: boolean;
  /** of an aggregated file: only this container's records */
  readonly container: string | undefined;
  /** containers of the same file that sources of their own read */
  readonly others: ReadonlySet<string | undefined>;
  readonly pattern: string | undefined;
  readonly tasks: TaskClock | undefined;
  readonly report: (oddity: LogOddity) => void;
}

/** An observation waiting for its turn; pooled. */
class Pending extends ReusedObservation {
  /** start of its printed moment, µs, aligned; `resolution` µs long */
  moment: number = Number.NaN;
  resolution = 0;
  timed = true;
}

const hour = 3_600_000_000;
/** Lines of one printed second that are held at most; a longer second is spread in parts. */
const groupLimit = 65_536;

export class ExecutorLogSource implements MergeSource {
  readonly rank: number;
  key: number;
  state: SourceState = "starved";
  readonly #options: ExecutorLogSourceOptions;
  readonly #context: LogContext;
  readonly #decoder: LogDecoder;
  readonly #clock: WallClock;
  readonly #emit: (record: LogRecord) => void;
  readonly #huge: HugeStart = { number: 0, byteOffset: 0, begun: false };
  readonly #pool: Pending[] = [];
  /**
   * of the pool: in use are [0, #filled), delivered [0, #at), spread [#at, #settled), whole group
   * [#at, #group)
   */
  #filled = 0;
  #at = 0;
  #settled = 0;
  #group = 0;
  #ended = false;
  #saidOther = false;
  #lastMoment: number | undefined;
  /** ts of the line before */
  #floor = Number.NEGATIVE_INFINITY;

  constructor(options: ExecutorLogSourceOptions) {
    this.#options = options;
    this.rank = options.rank;
    this.key = options.startsAt ?? Number.NEGATIVE_INFINITY;
    this.#clock = new WallClock(options.clock);
    this.#context = new LogContext({
      source: options.source,
      executorId: options.executorId,
      sourceFileId: options.sourceFileId,
      clock: {
        utcMicros: (localMicros) => Math.round(this.#clock.utcMs(localMicros / 1000) * 1000),
      },
    });
    this.#decoder = new LogDecoder({
      report: options.report,
      pattern: options.pattern,
      newestFirst: options.newestFirst,
    });
    this.#emit = (record) => this.#take(record);
  }

  /** What was made of this log's lines so far. */
  get counts(): LogCounts {
    return this.#decoder.countsOf(this.#options.container);
  }

  get head(): Observation {
    return this.#pool[this.#at] ?? emptyObservation;
  }

  settle(): boolean {
    if (this.#at < this.#settled) return false;
    this.#settle();
    this.#raiseKey(this.#pool[this.#at]?.ts);
    return true;
  }

  advance(): void {
    this.#at++;
    if (this.#at < this.#settled) this.#raiseKey(this.#pool[this.#at]?.ts);
    else this.#nextGroup();
  }

  async refill(): Promise<void> {
    this.#compact();
    const { feed } = this.#options;
    if (await feed.read()) {
      for (let line = feed.next(); line !== undefined; line = feed.next()) {
        const whole = wholeLine(line, this.#huge);
        if (whole) this.#decoder.decode(whole, this.#emit);
      }
    } else {
      this.#decoder.flush(this.#emit);
      this.#ended = true;
    }
    this.#nextGroup();
  }

  close(): Promise<void> {
    return this.#options.feed.close();
  }

  #raiseKey(ts: number | undefined): void {
    if (ts !== undefined && ts > this.key) this.key = ts;
  }

  /** Drops what was delivered; the records are used again. */
  #compact(): void {
    const rest = this.#filled - this.#at;
    for (let i = 0; i < rest; i++) {
      const kept = this.#pool[this.#at + i];
      const free = this.#pool[i];
      if (kept === undefined || free === undefined) break;
      this.#pool[i] = kept;
      this.#pool[this.#at + i] = free;
    }
    this.#group -= this.#at;
    this.#settled -= this.#at;
    this.#filled = rest;
    this.#at = 0;
  }

  #take(record: LogRecord): void {
    if (record.container !== this.#options.container) {
      if (!this.#options.others.has(record.container)) this.#sayOther(record);
      return;
    }
    let pending = this.#pool[this.#filled];
    if (pending === undefined) {
      pending = new Pending();
      this.#pool.push(pending);
    }
    if (!observationFromRecord(record, this.#context, pending)) return;
    this.#filled++;
    const local = record.localMicros;
    // Zoned records need no zone, but their clock may be skewed like any other.
    const moment =
      local === undefined
        ? this.#lastMoment
        : record.zoned
          ? local + this.#options.clock.skewMs * 1000
          : pending.ts;
    pending.moment = moment ?? Number.NaN;
    pending.resolution = Math.max(record.resolutionMicros, 1);
    pending.timed = record.timed;
    this.#lastMoment = moment;
  }

  /** An executor that starts behind what the survey read: its lines belong to none. */
  #sayOther({ line, byteOffset, container }: LogRecord): void {
    if (this.#saidOther || container === undefined) return;
    this.#saidOther = true;
    this.#options.report({
      code: "another_executor",
      severity: "warning",
      line,
      byteOffset,
      message:
        "another executor starts here, and its lines are not read; give it a file of its own",
    });
  }

  /** Finds the lines that share the next printed moment; starved while more of them may come. */
  #nextGroup(): void {
    const first = this.#pool[this.#at];
    if (this.#at >= this.#filled || first === undefined) {
      this.state = this.#ended ? "ended" : "starved";
      return;
    }
    let end = Math.max(this.#group, this.#at + 1);
    const limit = Math.min(this.#filled, this.#at + groupLimit);
    while (end < limit && sameMoment(this.#pool[end], first)) end++;
    this.#group = end;
    if (end === this.#filled && !this.#ended && end - this.#at < groupLimit) {
      this.state = "starved";
      return;
    }
    this.state = "ready";
    this.#settled = this.#at;
    this.#raiseKey(Number.isNaN(first.moment) ? undefined : first.moment);
  }

  /** Gives the group its times: inside what is printed, never before the line before. */
  #settle(): void {
    const from = this.#at;
    const to = this.#group;
    const first = this.#pool[from];
    this.#settled = to;
    if (first === undefined) return;
    const next = to < this.#filled ? this.#pool[to] : undefined;
    const moment = this.#momentOf(first, next);
    if (moment === undefined) {
      for (let i = from; i < to; i++) setTimes(this.#pool[i], undefined, undefined, undefined);
      return;
    }
    const last = moment + first.resolution - 1;
    // Two threads may print in the other order than they took the time: then this second has just
    // begun.
    const swapped = next !== undefined && next.moment < moment;
    const spread = first.resolution >= 1_000_000 && moment === first.moment && !swapped;
    if (spread && last >= this.#floor) {
      const lastLine = this.#pool[to - 1]?.line ?? first.line;
      spreadSecond(
        this.#pool,
        from,
        to,
        { start: moment, floor: this.#floor, nextLine: next?.line ?? lastLine + 1 },
        this.#options.tasks,
      );
    } else {
      const ts = Math.max(moment, this.#floor);
      for (let i = from; i < to; i++) setTimes(this.#pool[i], ts, ts, ts);
    }
    this.#bound(from, to, moment, last, next);
    this.#floor = this.#pool[to - 1]?.ts ?? this.#floor;
  }

  /**
   * A date far ahead of its neighbours on both sides is a damaged one: the line stands where the
   * line before does.
   */
  #momentOf(first: Pending, next: Pending | undefined): number | undefined {
    const known = Number.isFinite(this.#floor);
    if (Number.isNaN(first.moment)) return known ? this.#floor : this.#options.startsAt;
    const ahead = known && first.moment - this.#floor > 6 * hour;
    if (ahead && next !== undefined && next.moment < first.moment - hour) return this.#floor;
    return first.moment;
  }

  #bound(from: number, to: number, moment: number, last: number, next: Pending | undefined): void {
    const { aligned } = this.#options;
    for (let i = from; i < to; i++) {
      const pending = this.#pool[i];
      if (pending?.ts === undefined) continue;
      if (!aligned) {
        setTimes(pending, pending.ts, undefined, undefined);
        continue;
      }
      // A line without a time of its own was printed before the next that has one.
      const untilNext = !pending.timed && next !== undefined && !Number.isNaN(next.moment);
      const latest = untilNext ? next.moment + next.resolution - 1 : last;
      pending.tsMin = Math.min(moment, pending.ts);
      pending.tsMax = Math.max(latest, pending.ts);
    }
  }
}

function setTimes(
  pending: Pending | undefined,
  ts: number | undefined,
  tsMin: number | undefined,
  tsMax: number | undefined,
): void {
  if (pending === undefined) return;
  pending.ts = ts;
  pending.tsMin = tsMin;
  pending.tsMax = tsMax;
}

function sameMoment(a: Pending | undefined, b: Pending): boolean {
  return (
    a !== undefined && (a.moment === b.moment || (Number.isNaN(a.moment) && Number.isNaN(b.moment)))
  );
}
