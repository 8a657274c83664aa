/**
 * Colours of a terminal (`%highlight`, `%style`, spring): escape sequences between the letters of a
 * line.
 */
import type { Envelope, Unwrapped } from "./envelope.ts";

const ESCAPE = 27;
const SEQUENCE = new RegExp(`${String.fromCharCode(ESCAPE)}\\[[\\d;?]*[A-Za-z]`, "g");

export class AnsiColours implements Envelope {
  readonly name = "ansi";

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    const at = buffer.indexOf(ESCAPE, start);
    if (at < 0 || at >= end) return false;
    const plain = buffer.latin1Slice(start, end).replaceAll(SEQUENCE, "");
    line.buffer = Buffer.from(plain, "latin1");
    line.start = 0;
    line.end = line.buffer.length;
    return true;
  }
}
