/**
 * systemd's journal with a field a line (`journalctl -o export`, `-o verbose`): of each entry its
 * message is the line, and what an entry's message goes on with.
 */
import type { Layer, Unwrapped } from "./envelope.ts";

const FIELD = /^ {0,8}([A-Z_][A-Z0-9_]{0,63})=/;
const MESSAGE = "MESSAGE";
const MICROS = "__REALTIME_TIMESTAMP";
/** `-o verbose` begins each entry with its time and cursor. */
const CURSOR = /^\S+ \d{4}-\d\d-\d\d [^[]{5,40}\[s=[^\]]*\]$/;
const FIELD_BYTES = 100;
const FEWEST = 3;

export class JournalFields implements Layer {
  readonly name = "journal-fields";
  private micros = Number.NaN;
  private inMessage = false;
  /** Blanks before a message's name, and so before what it goes on with. */
  private indent = 0;

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    const text = buffer.latin1Slice(start, Math.min(end, start + FIELD_BYTES));
    const field = FIELD.exec(text);
    if (field === null) {
      if (text === "" || CURSOR.test(text)) this.inMessage = false;
      if (!this.inMessage) return;
      line.start = Math.min(end, start + this.indent + MESSAGE.length + 1);
      next(line);
      return;
    }
    const [whole, name] = field;
    if (name === MICROS) this.micros = Number(text.slice(whole.length));
    this.inMessage = name === MESSAGE;
    if (!this.inMessage) return;
    this.indent = whole.length - MESSAGE.length - 1;
    line.start = start + whole.length;
    if (!Number.isNaN(this.micros)) line.utcMicros = this.micros;
    next(line);
  }
}

/** Nearly all lines are fields, and several of them messages. */
export function areJournalFields(texts: readonly string[]): boolean {
  const fields = texts.flatMap((text) => FIELD.exec(text)?.[1] ?? []);
  const others = texts.filter((text) => text !== "" && !FIELD.test(text) && !CURSOR.test(text));
  const messages = fields.filter((name) => name === MESSAGE).length;
  return messages >= FEWEST && fields.length > messages && others.length * 4 < fields.length;
}
