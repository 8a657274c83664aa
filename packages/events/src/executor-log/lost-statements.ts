/** Memory statements that became no fact: each is counted and said, with its line. */
import type { Unwrapped } from "./envelopes/envelope.ts";
import { viewOf } from "./line-bytes.ts";
import type { LogCounts, LogOddity } from "./log-counts.ts";
import { holdsPart, holdsStatement, mayHoldStatement } from "./memory-statement.ts";
import { startOf } from "./record-text.ts";

/** Where a file's own line begins. */
export type LinePlace = Pick<Unwrapped, "number" | "byteOffset">;

const LINE_FEED = 10;
const OPEN_BRACE = 123;
/** How Spark 4's structured log begins a record. */
const STRUCTURED_HEAD = '{"ts":';

export class LostStatements {
  private readonly counts: LogCounts;
  private readonly report: (oddity: LogOddity) => void;

  constructor(counts: LogCounts, report: (oddity: LogOddity) => void) {
    this.counts = counts;
    this.report = report;
  }

  /**
   * Looks inside a line that says something else: the statement's own line end is lost, or its
   * logger damaged.
   */
  findInside(line: LinePlace, buffer: Buffer, start: number, end: number): boolean {
    const isStatement =
      mayHoldStatement(viewOf(buffer), start, end) && holdsStatement(buffer, start, end);
    if (isStatement) this.isUnread(line, buffer, start, end);
    return isStatement;
  }

  /** The same of a known logger's message that no template reads. */
  findInMessage(line: LinePlace, buffer: Buffer, start: number, end: number): void {
    if (!this.findInside(line, buffer, start, end) && holdsPart(buffer, start, end))
      this.isUnread(line, buffer, start, end);
  }

  /** Looks at a piece of a record without its head. */
  findInPiece(line: LinePlace, buffer: Buffer, start: number, end: number): void {
    if (this.findInside(line, buffer, start, end)) return;
    // NULs are blocks that a file lost, and with them the logger that would have told whose it is.
    const from = start === 0 ? 0 : buffer.lastIndexOf(LINE_FEED, start - 1) + 1;
    if (buffer.subarray(from, end).includes(0) && holdsPart(buffer, start, end)) {
      this.isUnread(line, buffer, start, end);
      return;
    }
    if (buffer[start] !== OPEN_BRACE) return;
    const text = startOf(buffer, start, end);
    if (text.startsWith(STRUCTURED_HEAD)) this.say("torn_record", line, text);
  }

  private isUnread(line: LinePlace, buffer: Buffer, start: number, end: number): void {
    this.counts.unreadStatements++;
    this.say("unread_statement", line, startOf(buffer, start, end));
  }

  private say(code: LogOddity["code"], line: LinePlace, message: string): void {
    const { number, byteOffset } = line;
    this.report({ code, severity: "warning", line: number, byteOffset, message });
  }
}
