/**
 * A log that was written newest first, read from its end: records in the order in which they
 * happened, in bounded memory.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteSource } from "../bytes/byte-source.ts";
import { timeIn } from "../executor-log/layouts/time-forms.ts";
import { type FedLine, type FeedOptions, LineFeed, type Lines, type LogPart } from "./line-feed.ts";

/** Text up to this is held; more goes to a file of its own while it is read. */
const HELD_BYTES = 32 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;
const LINE_END = 10;
/** A time this near to its start makes a line the first of a record. */
const HEAD_BYTES = 160;
const HEADER_BYTES = 4096;
const HEADER = /^"?@?[\w. ]{1,40}"?(?:[,;\t]"?@?[\w. ]{1,40}"?)+\r?$/;
const OPEN = 123;
const FRAME = /^\s+at [\w.$<>/]+\(/;
const ERROR = /^(?:Caused by: )?[\w.$]+(?:Error|Exception)(?::|\s*$)/;
/** Lines below a record that are kept together with it. */
const BELOW_LINES = 20_000;

export class ReversedFeed implements Lines {
  readonly #forward: LineFeed;
  #text: ReadBack | undefined;
  /** what is left: [#start, #end) */
  #start = 0;
  #end = 0;
  #numberBehind = 0;
  #lines: FedLine[] = [];
  #next = 0;
  /** lines below a record whose own line comes later */
  #below: FedLine[] = [];

  constructor(parts: readonly ByteSource[], options: FeedOptions = {}) {
    this.#forward = new LineFeed(parts, options);
  }

  get lines(): number {
    return this.#forward.lines;
  }

  get bytes(): number {
    return this.#forward.bytes;
  }

  get nulBytes(): number {
    return this.#forward.nulBytes;
  }

  get cut(): boolean {
    return this.#forward.cut;
  }

  get parts(): readonly LogPart[] {
    return this.#forward.parts;
  }

  async read(): Promise<boolean> {
    this.#lines = [];
    this.#next = 0;
    if (this.#text === undefined) {
      this.#text = new ReadBack();
      while (await this.#forward.read()) {
        for (let line = this.#forward.next(); line; line = this.#forward.next()) {
          this.#text.add(line);
        }
      }
      this.#end = this.#text.length;
      this.#numberBehind = this.#text.lines;
      this.#giveHeader(this.#text);
      return this.#end > 0;
    }
    if (this.#end <= this.#start) return false;
    this.#readBlock(this.#text);
    return true;
  }

  next(): FedLine | undefined {
    return this.#next < this.#lines.length ? this.#lines[this.#next++] : undefined;
  }

  async close(): Promise<void> {
    this.#text?.close();
    await this.#forward.close();
  }

  /** A table's names of columns stay its first line. */
  #giveHeader(text: ReadBack): void {
    const block = text.read(0, Math.min(text.length, HEADER_BYTES));
    const end = block.indexOf(LINE_END);
    const line = { ...this.#lineOf(block, 0, Math.max(end, 0), 0), number: 1 };
    this.#numberBehind++;
    if (end < 0 || isHead(line) || !HEADER.test(block.latin1Slice(0, end))) return;
    this.#lines.push(line);
    this.#start = end + 1;
  }

  #readBlock(text: ReadBack): void {
    let size = BLOCK_BYTES;
    for (;;) {
      const start = Math.max(this.#start, this.#end - size);
      const block = text.read(start, this.#end);
      const first = start === this.#start ? 0 : block.indexOf(LINE_END) + 1;
      // No whole line in it: a longer block has one.
      if (start > this.#start && (first === 0 || first >= block.length)) {
        size *= 2;
        continue;
      }
      this.#give(block, first, start);
      this.#end = start + first;
      break;
    }
    if (this.#end <= this.#start) this.#lines.push(...this.#below.splice(0).reverse());
  }

  #give(block: Buffer, first: number, offset: number): void {
    let end = block.length;
    while (end > first) {
      // Every line of the text ends in a line end.
      const before = end - 1 > first ? block.lastIndexOf(LINE_END, end - 2) : -1;
      const start = Math.max(before + 1, first);
      const line = this.#lineOf(block, start, end - 1, offset);
      end = start;
      const alone = this.#text?.isLineByLine === true || this.#below.length >= BELOW_LINES;
      if (alone || isHead(line)) {
        this.#lines.push(line, ...this.#below.splice(0).reverse());
      } else this.#below.push(line);
    }
  }

  #lineOf(buffer: Buffer, start: number, end: number, offset: number): FedLine {
    const number = this.#numberBehind;
    this.#numberBehind--;
    return {
      buffer,
      start,
      end,
      number,
      byteOffset: offset + start,
      terminated: true,
      what: "line",
    };
  }
}

/** An object is a line by itself, whatever time it has. */
function isHead({ buffer, start, end }: FedLine): boolean {
  if (buffer[start] === OPEN) return true;
  return timeIn(buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES))) !== undefined;
}

/** Text that is written once and then read from anywhere. */
class ReadBack {
  length = 0;
  lines = 0;
  /** frames before their errors, less errors before their frames */
  #turned = 0;
  #last: "frame" | "error" | "other" = "other";
  #held: Buffer[] = [];
  #whole: Buffer | undefined;
  #folder: string | undefined;
  #file: number | undefined;

  /** Each line was turned by itself: a trace stands on its head, too. */
  get isLineByLine(): boolean {
    return this.#turned > 0;
  }

  add(line: FedLine): void {
    this.#noteTrace(line);
    if (line.what === "line" || line.what === "huge_end") this.lines++;
    const text = line.buffer.subarray(line.start, line.end);
    const ends = line.what === "line" || line.what === "huge_end";
    const bytes = Buffer.concat(ends ? [text, END] : [text]);
    this.length += bytes.length;
    if (this.#file !== undefined) writeSync(this.#file, bytes);
    else {
      this.#held.push(bytes);
      if (this.length > HELD_BYTES) this.#spool();
    }
  }

  #noteTrace({ buffer, start, end }: FedLine): void {
    const text = buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES));
    const what = FRAME.test(text) ? "frame" : ERROR.test(text) ? "error" : "other";
    if (what === "error" && this.#last === "frame" && !text.startsWith("Caused")) this.#turned++;
    if (what === "frame" && this.#last === "error") this.#turned--;
    this.#last = what;
  }

  read(start: number, end: number): Buffer {
    if (this.#file === undefined) {
      this.#whole ??= Buffer.concat(this.#held.splice(0));
      return this.#whole.subarray(start, end);
    }
    const block = Buffer.alloc(end - start);
    for (let at = 0; at < block.length; ) {
      const read = readSync(this.#file, block, at, block.length - at, start + at);
      if (read === 0) break;
      at += read;
    }
    return block;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#file = undefined;
    this.#folder = undefined;
    this.#whole = undefined;
    this.#held = [];
  }

  #spool(): void {
    this.#folder = mkdtempSync(join(tmpdir(), "respark-reversed-"));
    this.#file = openSync(join(this.#folder, "text"), "w+");
    for (const bytes of this.#held.splice(0)) writeSync(this.#file, bytes);
  }
}

const END = Buffer.from("\n");
