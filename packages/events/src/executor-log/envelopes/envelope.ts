/**
 * What a runtime, a shipper or a tool wrapped around a line: taken off before a layout reads it.
 */

/** A line while its wrapping comes off; reused. */
export class Unwrapped {
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Where the file's own line begins, whatever of it is left. */
  number = 0;
  byteOffset = 0;
  /** UTC, by the runtime's clock when it read the line; NaN where nothing says it. */
  utcMicros: number = Number.NaN;
  /** That clock is read for each line by itself: it tells the zone of a line's own time. */
  isExact = false;
  /** The rest of the line comes in the next one of the same stream (CRI `P`). */
  partial = false;
  /** Pod, or whatever told the streams of one file apart. */
  container: string | undefined = undefined;

  take(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    this.utcMicros = Number.NaN;
    this.isExact = false;
    this.partial = false;
    this.container = undefined;
  }

  /** A copy that stays, bytes and all. */
  copy(): Unwrapped {
    const copy = new Unwrapped();
    copy.take(Buffer.from(this.buffer.subarray(this.start, this.end)), 0, this.end - this.start);
    copy.number = this.number;
    copy.byteOffset = this.byteOffset;
    copy.utcMicros = this.utcMicros;
    copy.isExact = this.isExact;
    copy.partial = this.partial;
    copy.container = this.container;
    return copy;
  }
}

export interface Envelope {
  readonly name: string;
  /** Takes its wrapping off; false, and nothing changed, when the line has none. */
  open(line: Unwrapped): boolean;
}

/** One layer of wrapping, which may make several lines of one, one of several, or none. */
export interface Layer {
  readonly name: string;
  /**
   * `next` gets what is inside, valid only during the call; a line without this wrapping as it is.
   */
  take(line: Unwrapped, next: (line: Unwrapped) => void): void;
  /** What it kept until the last line. */
  flush?(next: (line: Unwrapped) => void): void;
}

/** The layer that an envelope makes. */
export class EnvelopeLayer implements Layer {
  readonly name: string;
  private readonly envelope: Envelope;

  constructor(envelope: Envelope) {
    this.name = envelope.name;
    this.envelope = envelope;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    this.envelope.open(line);
    next(line);
  }
}
