/**
 * From a file's own lines to Spark's: the wrappings that its first lines show come off, one after
 * the other.
 */
import type { LineSlice } from "../lines/lines.ts";
import { areDoubled } from "./envelopes/doubled-lines.ts";
import { type Layer, Unwrapped } from "./envelopes/envelope.ts";
import { learnEnvelopes } from "./envelopes/learn-envelopes.ts";
import { wrappedAt } from "./envelopes/wrapped-lines.ts";
import { HeadSample } from "./head-sample.ts";
import { layoutsFor } from "./layouts/index.ts";
import { isPlain } from "./layouts/learn-layout.ts";

const PARTIAL_BYTES = 1 << 20;
const RETURN = 13;
const UNTIMED = { utcMicros: Number.NaN, isExact: false };

export class Unwrapping {
  /** Lines that wait until they show the wrappings; undefined once they have. */
  private sample: HeadSample | undefined = new HeadSample();
  private layers: readonly Layer[] = [];
  private nexts: readonly ((line: Unwrapped) => void)[] = [];
  private readonly outer = new Unwrapped();
  /** Beginnings of lines that runtimes cut (CRI `P`), by stream. */
  private readonly partials = new Map<string | undefined, Buffer>();
  private readonly sink: (line: Unwrapped) => void;

  private readonly newestFirst: boolean;

  /** `sink`: gets each of Spark's lines, valid only during the call. */
  constructor(newestFirst: boolean, sink: (line: Unwrapped) => void) {
    this.newestFirst = newestFirst;
    this.sink = sink;
  }

  /** The wrappings, from the outside in. */
  get names(): readonly string[] {
    return this.layers.map(({ name }) => name);
  }

  take(line: LineSlice): void {
    const { sample } = this;
    if (sample === undefined) {
      this.unwrap(line);
      return;
    }
    sample.add(line, line, UNTIMED);
    if (sample.isEnough) this.learn(sample);
  }

  /** Nothing comes after what was taken so far. */
  flush(): void {
    if (this.sample !== undefined) this.learn(this.sample);
    for (const [i, layer] of this.layers.entries()) {
      const next = this.nexts[i];
      if (next !== undefined) layer.flush?.(next);
    }
  }

  private learn({ lines }: HeadSample): void {
    this.sample = undefined;
    const sample = lines.map(unwrappedOf);
    const plain =
      isPlain(lines, layoutsFor(undefined)) &&
      wrappedAt(sample) === undefined &&
      !areDoubled(sample);
    this.layers = plain ? [] : learnEnvelopes(sample, this.newestFirst);
    const nexts: ((line: Unwrapped) => void)[] = [];
    for (let i = this.layers.length; i > 0; i--) {
      const layer = this.layers[i];
      const next = nexts.at(-1) ?? ((line: Unwrapped) => this.give(line));
      nexts.push(layer === undefined ? next : (line) => layer.take(line, next));
    }
    this.nexts = nexts.reverse();
    for (const line of lines) this.unwrap(line);
  }

  private unwrap(line: LineSlice): void {
    const { outer } = this;
    outer.take(line.buffer, line.start, line.end);
    // Where a tool ended lines twice, all but the last return are left.
    while (outer.end > outer.start && outer.buffer[outer.end - 1] === RETURN) outer.end--;
    outer.number = line.number;
    outer.byteOffset = line.byteOffset;
    const [layer] = this.layers;
    const [next] = this.nexts;
    if (layer === undefined || next === undefined) this.sink(outer);
    else layer.take(outer, next);
  }

  private give(line: Unwrapped): void {
    if (line.partial) this.keepPartial(line);
    else {
      this.joinPartial(line);
      this.sink(line);
    }
  }

  private keepPartial(inner: Unwrapped): void {
    const before = this.partials.get(inner.container);
    const piece = inner.buffer.subarray(inner.start, inner.end);
    const joined = before === undefined ? Buffer.from(piece) : Buffer.concat([before, piece]);
    if (joined.length <= PARTIAL_BYTES) this.partials.set(inner.container, joined);
  }

  private joinPartial(inner: Unwrapped): void {
    const before = this.partials.get(inner.container);
    if (before === undefined) return;
    this.partials.delete(inner.container);
    const whole = Buffer.concat([before, inner.buffer.subarray(inner.start, inner.end)]);
    inner.buffer = whole;
    inner.start = 0;
    inner.end = whole.length;
  }
}

function unwrappedOf(line: LineSlice): Unwrapped {
  const unwrapped = new Unwrapped();
  unwrapped.take(line.buffer, line.start, line.end);
  unwrapped.number = line.number;
  unwrapped.byteOffset = line.byteOffset;
  return unwrapped;
}
