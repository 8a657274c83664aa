/** The first lines of a stream, kept until they show how the rest is to be read. */
import type { LineSlice } from "../lines/lines.ts";

/** Lines and bytes after which a layout is learned. */
const LINES = 256;
const BYTES = 512 * 1024;

export interface KeptLine extends LineSlice {
  /** When a container runtime read it; NaN where nothing says so. */
  readonly utcMicros: number;
}

export class HeadSample {
  readonly lines: KeptLine[] = [];
  private bytes = 0;

  /** Copies the bytes: those of a line are its reader's. */
  add(line: LineSlice, buffer: Buffer, start: number, end: number, utcMicros: number): void {
    const { number, byteOffset, terminated } = line;
    const copy = Buffer.from(buffer.subarray(start, end));
    this.bytes += copy.length;
    const at = { number, byteOffset, terminated, utcMicros };
    this.lines.push({ buffer: copy, start: 0, end: copy.length, ...at });
  }

  get isEnough(): boolean {
    return this.lines.length >= LINES || this.bytes >= BYTES;
  }
}
