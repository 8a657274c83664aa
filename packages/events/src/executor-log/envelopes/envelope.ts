/** What a container runtime or a log tool wrapped around a line: taken off before a layout reads it. */

/** A line while its wrapping comes off; reused. */
export class Unwrapped {
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** UTC, by the runtime's clock when it read the line; NaN where nothing says it. */
  utcMicros: number = Number.NaN;
  /** The rest of the line comes in the next one of the same stream (CRI `P`). */
  partial = false;
  /** Pod, or whatever told the streams of one file apart. */
  container: string | undefined = undefined;

  take(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    this.utcMicros = Number.NaN;
    this.partial = false;
    this.container = undefined;
  }
}

export interface Envelope {
  readonly name: string;
  /** Takes its wrapping off; false, and nothing changed, when the line has none. */
  open(line: Unwrapped): boolean;
}
