/**
 * A record whose line was broken in two or more (a mail, an editor, a terminal's width): its
 * message is in words of no template until the next lines are put behind it.
 */
import { RecordHead } from "./layouts/record-head.ts";
import { viewOf } from "./line-bytes.ts";
import type { LogTemplate } from "./log-template.ts";
import type { LinePlace } from "./lost-statements.ts";
import type { LoggerTemplates } from "./template-set.ts";

/** Widths of mails, editors and terminals, with room for the word that did not fit; bytes. */
const NARROWEST = 40;
const WIDEST = 400;
/** Parts of a line, at most. */
const PARTS = 12;
const SPACE = Buffer.from(" ");
const NOTHING = Buffer.alloc(0);

export class WrappedRecord {
  /** Undefined: no record waits. */
  known: LoggerTemplates | undefined = undefined;
  head: RecordHead = new RecordHead();
  line: LinePlace = { number: 0, byteOffset: 0 };
  /** The template of what is joined so far; undefined: of none yet. */
  template: LogTemplate | undefined = undefined;
  private separator = SPACE;
  private width = 0;
  private lastLength = 0;
  private parts = 0;

  /** Waits with a record of no template, if a line may end there; `length`: of all of it. */
  begin(head: RecordHead, line: LinePlace, known: LoggerTemplates, length: number): boolean {
    if (length < NARROWEST || length > WIDEST || head.trace !== undefined) return false;
    this.head = head.copy(WIDEST);
    this.line = { number: line.number, byteOffset: line.byteOffset };
    this.known = known;
    this.template = undefined;
    this.width = this.lastLength = length;
    this.parts = 1;
    return true;
  }

  close(): void {
    this.known = undefined;
  }

  /** Whether the next line is a part of this one, which it becomes. */
  takes(buffer: Buffer, start: number, end: number): boolean {
    if (this.parts >= PARTS || end - start > WIDEST) return false;
    return this.template === undefined
      ? this.begins(buffer, start, end)
      : this.goesOn(buffer, start, end);
  }

  /** The second part: both together are Spark's words, with a blank between them or without. */
  private begins(buffer: Buffer, start: number, end: number): boolean {
    for (const separator of [SPACE, NOTHING]) {
      const joined = this.joined(separator, buffer, start, end);
      const template = this.known?.find(joined, 0, joined.length);
      if (template === undefined) continue;
      this.template = template;
      this.separator = separator;
      this.keep(joined, end - start);
      return true;
    }
    return false;
  }

  /** Another part stands where its first word found no room on the line before. */
  private goesOn(buffer: Buffer, start: number, end: number): boolean {
    if (this.template?.wording.openEnded !== true) return false;
    const word = this.separator === NOTHING ? 1 : 1 + firstWord(buffer, start, end);
    if (this.lastLength + word <= this.width) return false;
    this.keep(this.joined(this.separator, buffer, start, end), end - start);
    return true;
  }

  private joined(separator: Buffer, buffer: Buffer, start: number, end: number): Buffer {
    const { head } = this;
    const message = head.buffer.subarray(head.messageStart, head.messageEnd);
    const text = message.toString("latin1").trimEnd().length;
    const before = separator === NOTHING ? message : message.subarray(0, text);
    return Buffer.concat([before, separator, buffer.subarray(start, end)]);
  }

  private keep(message: Buffer, length: number): void {
    const whole = this.head.copy(0);
    const rest = whole.buffer;
    whole.buffer = Buffer.concat([rest, message]);
    whole.messageStart = rest.length;
    whole.messageEnd = whole.buffer.length;
    this.head = whole;
    this.width = Math.max(this.width, length);
    this.lastLength = length;
    this.parts++;
  }
}

const BLANK = 32;

function firstWord(buffer: Buffer, start: number, end: number): number {
  const view = viewOf(buffer);
  let at = start;
  while (at < end && view.getUint8(at) !== BLANK) at++;
  return at - start;
}
