/** The first lines of a stream, kept until they show how the rest is to be read. */
import type { LineSlice } from "../lines/lines.ts";
import { mendedHead } from "./cut-head.ts";

/** Lines and bytes after which a layout is learned. */
const LINES = 256;
const BYTES = 512 * 1024;

export interface KeptLine extends LineSlice {
  /** When a container runtime read it; NaN where nothing says so. */
  readonly utcMicros: number;
  readonly isExact: boolean;
  /** What is lost of its date nothing tells. */
  readonly isUntimed?: boolean;
}

/** Of a line, in which its head is looked for. */
const HEAD_BYTES = 200;

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

  /** The lines, the first record's head whole again where its first characters are lost. */
  get mended(): readonly KeptLine[] {
    const texts: string[] = [];
    for (const { buffer, end } of this.lines) {
      texts.push(buffer.latin1Slice(0, Math.min(end, HEAD_BYTES)));
    }
    const mended = mendedHead(texts);
    const line = mended === undefined ? undefined : this.lines[mended.index];
    if (mended === undefined || line === undefined) return this.lines;
    const head = Buffer.from(mended.text, "latin1");
    const buffer = Buffer.concat([head, line.buffer.subarray(Math.min(line.end, HEAD_BYTES))]);
    const whole = { ...line, buffer, end: buffer.length, isUntimed: !mended.isTimed };
    return this.lines.map((one) => (one === line ? whole : one));
  }

  get isEnough(): boolean {
    return this.lines.length >= LINES || this.bytes >= BYTES;
  }
}
