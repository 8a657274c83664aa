/** The first lines of a stream, kept until they show how the rest is to be read. */
import type { LineSlice } from "../lines/lines.ts";

/** Lines and bytes after which a layout is learned. */
const LINES = 256;
const BYTES = 512 * 1024;

export interface KeptLine extends LineSlice {
  /** When a container runtime read it; NaN where nothing says so. */
  readonly utcMicros: number;
  readonly isExact: boolean;
}

export class HeadSample {
  readonly lines: KeptLine[] = [];
  private bytes = 0;

  /** Copies the bytes: those of a line are its reader's. */
  add(
    { number, byteOffset }: Pick<LineSlice, "number" | "byteOffset">,
    { buffer, start, end }: Pick<LineSlice, "buffer" | "start" | "end">,
    { utcMicros, isExact }: Pick<KeptLine, "utcMicros" | "isExact">,
  ): void {
    const copy = Buffer.from(buffer.subarray(start, end));
    this.bytes += copy.length;
    const at = { number, byteOffset, terminated: true, utcMicros, isExact };
    this.lines.push({ buffer: copy, start: 0, end: copy.length, ...at });
  }

  get isEnough(): boolean {
    return this.lines.length >= LINES || this.bytes >= BYTES;
  }
}
