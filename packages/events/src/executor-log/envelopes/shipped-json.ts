/**
 * Log shippers' JSON: an object a line around Spark's own line, whatever its other keys and their
 * order.
 */

import { isObject, type JsonPath, valueAt } from "../json-paths.ts";
import { TimeReader, timeIn } from "../layouts/time-forms.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

const OPEN = 123;
const LINE_FEED = "\n";
/** Loki's answers hold a list of times and lines beside the labels of their stream. */
const VALUES = "values";

/** Where in each object things stand; found on a file's first lines. */
export interface ShippedKeys {
  /** of Spark's line; undefined: in `values`, as Loki answers */
  readonly line: JsonPath | undefined;
  /** of when the shipper saw it */
  readonly time: JsonPath | undefined;
  readonly container: JsonPath | undefined;
  /** Nearly all lines end in a line end: one that does not goes on in the next object (Docker). */
  readonly endsLines: boolean;
}

export class ShippedJson implements Layer {
  readonly name = "json";
  private readonly keys: ShippedKeys;
  private reader: TimeReader | undefined = undefined;

  private readonly newestFirst: boolean;

  /** `newestFirst`: of Loki's lists, as it answers unless asked otherwise. */
  constructor(keys: ShippedKeys, newestFirst: boolean) {
    this.keys = keys;
    this.newestFirst = newestFirst;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    const parsed =
      buffer[start] === OPEN ? parsedJson(buffer.toString("utf8", start, end)) : undefined;
    if (!isObject(parsed)) {
      next(line);
      return;
    }
    const { keys } = this;
    const container = textOf(valueAt(parsed, keys.container));
    if (keys.line === undefined) {
      const pairs = [...pairsIn(parsed[VALUES])];
      for (const [time, text] of this.newestFirst ? pairs.reverse() : pairs) {
        this.give(line, text, this.microsOf(time), container, next);
      }
      return;
    }
    const text = valueAt(parsed, keys.line);
    if (typeof text === "string") {
      this.give(line, text, this.microsOf(valueAt(parsed, keys.time)), container, next);
    } else next(line);
  }

  /** Each of its lines by itself: a shipper may keep a trace with its record. */
  private give(
    line: Unwrapped,
    text: string,
    micros: number,
    container: string | undefined,
    next: (line: Unwrapped) => void,
  ): void {
    const { container: before, utcMicros: outer } = line;
    const whole = text.endsWith(LINE_FEED);
    const pieces = (whole ? text.slice(0, -1) : text).split(/\r?\n/);
    for (let i = 0; i < pieces.length; i++) {
      const inner = Buffer.from(pieces[i] ?? "");
      line.take(inner, 0, inner.length);
      line.utcMicros = Number.isNaN(micros) ? outer : micros;
      line.isExact = this.keys.endsLines;
      line.container = container ?? before;
      line.partial = this.keys.endsLines && !whole && i === pieces.length - 1;
      next(line);
    }
  }

  private microsOf(value: unknown): number {
    const text = textOf(value);
    if (text === undefined) return Number.NaN;
    if (this.reader === undefined) {
      const found = timeIn(text);
      if (found === undefined) return Number.NaN;
      this.reader = new TimeReader(found.form, [text.slice(found.start, found.end)]);
    }
    const found = timeIn(text);
    const said = found === undefined ? "" : text.slice(found.start, found.end);
    return this.reader.read(said) && this.reader.zoned ? this.reader.micros : Number.NaN;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

function* pairsIn(values: unknown): Generator<readonly [string, string]> {
  if (!Array.isArray(values)) return;
  for (const pair of values) {
    if (!Array.isArray(pair)) continue;
    const [time, text]: readonly unknown[] = pair;
    if (typeof time === "string" && typeof text === "string") yield [time, text];
  }
}

/** Undefined where a line is torn: its bytes go on as they are. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
