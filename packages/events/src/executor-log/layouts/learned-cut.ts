/** A layout learned from a file's own lines: one search finds its fields before Spark's words. */
import type { Field, HeadShape } from "./head-shape.ts";
import { levelOf } from "./level-words.ts";
import type { Layout, RecordHead } from "./record-head.ts";
import type { TimeReader } from "./time-forms.ts";

const HEAD_BYTES = 640;
const THROWABLE = /^(?:Caused by|Suppressed|[\w.$]*(?:Error|Exception|Throwable))(?::|\s*$)/;
const TASK_THREAD =
  /Executor task launch worker(?: for task [\d.]+ in stage [\d.]+ \(TID \d+\)| for task \d+|-\d+)?/;

export class LearnedCut implements Layout {
  readonly name: string;
  readonly beginsBlank: boolean;
  readonly isLoose: boolean;
  readonly isDateless: boolean;
  readonly time: TimeReader | undefined;
  readonly search: RegExp;
  readonly fields: readonly Field[];
  /** Which of them is the time; -1: none. */
  readonly timeField: number;
  /** Only a logger tells a head from the first line of a trace. */
  private readonly isNameOnly: boolean;

  constructor({ fields, time, pattern }: HeadShape) {
    this.name = pattern;
    this.fields = fields;
    this.time = time;
    this.timeField = fields.findIndex(({ kind }) => kind === "time");
    this.isDateless = time?.dateless === true;
    this.isNameOnly = fields.every(({ kind }) => kind !== "time" && kind !== "level");
    this.isLoose = fields.some(({ source }) => source === ".*?");
    this.search = new RegExp(`^${fields.map(({ source }) => `(${source})`).join("")}`);
    this.beginsBlank = fields[0]?.seen.some((text) => /^\s/.test(text)) ?? false;
  }

  get isDateDoubtful(): boolean {
    return this.time?.isDoubtful === true;
  }

  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    const text = buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES));
    const found = this.search.exec(text);
    if (found === null) return false;
    head.buffer = buffer;
    head.loggerNumber = -1;
    head.localMicros = Number.NaN;
    head.resolutionMicros = 1_000_000;
    head.zoned = false;
    head.level = undefined;
    head.trace = undefined;
    head.loggerStart = head.loggerEnd = 0;
    head.threadStart = head.threadEnd = 0;
    head.taskNameStart = head.taskNameEnd = 0;
    let at = start;
    for (let i = 0; i < this.fields.length; i++) {
      const field = this.fields[i];
      const said = found[i + 1] ?? "";
      if (field !== undefined && !this.take(field, said, at, head)) return false;
      at += said.length;
    }
    if (this.isNameOnly && THROWABLE.test(text)) return false;
    head.messageStart = Math.min(at, end);
    head.messageEnd = end;
    return true;
  }

  private take({ kind }: Field, said: string, at: number, head: RecordHead): boolean {
    switch (kind) {
      case "time": {
        const { time } = this;
        if (time?.read(said) !== true) return false;
        head.localMicros = time.micros;
        head.resolutionMicros = time.resolutionMicros;
        head.zoned = time.zoned;
        break;
      }
      case "level":
        head.level = levelOf(said);
        break;
      case "logger": {
        const segment = Math.max(said.lastIndexOf("."), said.lastIndexOf("/")) + 1;
        head.loggerStart = at + segment;
        head.loggerEnd = at + said.length;
        break;
      }
      case "thread": {
        const task = TASK_THREAD.exec(said);
        const name = task ?? /[^[\](){}<>"\s][^[\](){}<>"]*/.exec(said);
        if (name === null) break;
        head.threadStart = at + name.index;
        head.threadEnd = head.threadStart + name[0].trimEnd().length;
        break;
      }
      case "task":
        head.taskNameStart = at;
        head.taskNameEnd = at + said.length;
        break;
      default:
        break;
    }
    return true;
  }
}
