/**
 * What a task's part of each SQL operator counted: its accumulators that tell of memory, and no
 * others.
 */
import { MEMORY_METRICS, type SqlMetricUpdate } from "@respark/core";
import { InternedText } from "../interned-text.ts";
import { type JsonObject, objects, quantity, text } from "../json.ts";

/**
 * 2.x: `peak memory total (min, med, max)`. Such a metric begins at −1 and what is added to it
 * counts from there (SQLMetric, 2.x).
 */
const suffix = " total (min, med, max";
const sqlMark = Buffer.from('"Metadata":"sql"');
const nextObject = Buffer.from(',{"ID":');
const brace = 0x7b;
const comma = 0x2c;
const quote = 0x22;
const minus = 0x2d;
const backslash = 0x5c;
/** Beyond so many digits, doubles may not hold a number. */
const maxDigits = 15;

/** From the bytes of the list; "unclear": it is written in a way that only JSON.parse reads. */
export function sqlMetricsIn(
  buffer: Buffer,
  start: number,
  end: number,
): readonly SqlMetricUpdate[] | undefined | "unclear" {
  const list = buffer.subarray(start, end);
  // What is before the first of SQL is none.
  let at = list.indexOf(sqlMark);
  if (at < 0) return undefined;
  while (at > 0 && list[at] !== brace) at--;
  const found: SqlMetricUpdate[] = [];
  const reader = new AccumulableReader(list, at);
  while (reader.read()) {
    if (reader.isUnclear) return "unclear";
    const { metric, value } = reader;
    if (metric === undefined || !reader.isSql || value + metric.start <= 0) continue;
    found.push({ accumulatorId: reader.id, name: metric.name, value: value + metric.start });
  }
  return reader.isUnclear ? "unclear" : found.sort((a, b) => a.accumulatorId - b.accumulatorId);
}

/** A metric of memory by the name that a log gives it, and where its count begins. */
interface Metric {
  readonly name: string;
  readonly start: number;
}

const names = new InternedText();
/** by logged name; undefined: no metric of memory */
const metrics = new Map<string, Metric | undefined>();
const maxMetrics = 1000;

function metricOf(fullName: string): Metric | undefined {
  const known = metrics.get(fullName);
  if (known !== undefined || metrics.has(fullName)) return known;
  const name = baseName(fullName);
  const metric = MEMORY_METRICS.includes(name) ? { name, start: startOf(fullName) } : undefined;
  if (metrics.size < maxMetrics) metrics.set(fullName, metric);
  return metric;
}

/** One accumulable after the other, read as Spark writes them; others are skipped or unclear. */
class AccumulableReader {
  id = 0;
  metric: Metric | undefined;
  value = 0;
  isSql = false;
  isUnclear = false;
  readonly #list: Buffer;
  #at: number;

  constructor(list: Buffer, at: number) {
    this.#list = list;
    this.#at = at;
  }

  /** False at the end of the list. */
  read(): boolean {
    if (this.#at >= this.#list.length) return false;
    if (!this.#spells('{"ID":') || !this.#number() || this.value < 0) {
      this.isUnclear = true;
      return true;
    }
    this.id = this.value;
    if (!this.#name() || !this.#rest()) {
      this.isUnclear = this.metric !== undefined;
      this.#skip();
    }
    return true;
  }

  /** To the next one, which no text can hold: its quotes would be escaped. */
  #skip(): void {
    const next = this.#list.indexOf(nextObject, this.#at);
    this.#at = next < 0 ? this.#list.length : next + 1;
  }

  #name(): boolean {
    this.metric = undefined;
    this.isSql = false;
    if (!this.#spells(',"Name":"')) return false;
    const from = this.#at;
    let to = from;
    for (let byte = this.#list[to]; byte !== quote; byte = this.#list[++to])
      if (byte === undefined || byte === backslash) return false;
    this.#at = to + 1;
    this.metric = metricOf(names.read(this.#list, from, to));
    return true;
  }

  #rest(): boolean {
    if (!this.#spells(',"Update":') || !this.#number() || !this.#spells(",")) return false;
    if (this.#spells('"Value":')) {
      while (this.#at < this.#list.length && this.#list[this.#at] !== comma) this.#at++;
      this.#at++;
    }
    if (!this.#spells('"Internal":') || !this.#flag()) return false;
    if (!this.#spells(',"Count Failed Values":') || !this.#flag()) return false;
    this.isSql = this.#spells(',"Metadata":"sql"');
    if (!this.#spells("}")) return false;
    return this.#at === this.#list.length || this.#spells(",");
  }

  /** An integer, in quotes or not. */
  #number(): boolean {
    const list = this.#list;
    let at = this.#at;
    const isQuoted = list[at] === quote;
    if (isQuoted) at++;
    const isNegative = list[at] === minus;
    if (isNegative) at++;
    const first = at;
    let value = 0;
    for (let digit = (list[at] ?? 0) - 0x30; digit >= 0 && digit <= 9; ) {
      value = value * 10 + digit;
      digit = (list[++at] ?? 0) - 0x30;
    }
    if (at === first || at - first > maxDigits) return false;
    if (isQuoted && list[at++] !== quote) return false;
    this.#at = at;
    this.value = isNegative ? -value : value;
    return true;
  }

  #flag(): boolean {
    return this.#spells("true") || this.#spells("false");
  }

  /** Whether this comes next; then it is behind us. */
  #spells(text: string): boolean {
    const list = this.#list;
    const at = this.#at;
    for (let k = 0; k < text.length; k++) if (list[at + k] !== text.charCodeAt(k)) return false;
    this.#at = at + text.length;
    return true;
  }
}

/** The same from the parsed event. */
export function sqlMetricsOf(task: JsonObject): readonly SqlMetricUpdate[] | undefined {
  let any = false;
  const found: SqlMetricUpdate[] = [];
  for (const accumulable of objects(task, "Accumulables")) {
    if (text(accumulable, "Metadata") !== "sql") continue;
    any = true;
    const fullName = text(accumulable, "Name") ?? "";
    const name = baseName(fullName);
    const accumulatorId = quantity(accumulable, "ID");
    const update = accumulable["Update"];
    const logged = typeof update === "string" ? Number(update) : quantity(accumulable, "Update");
    const value = logged === undefined ? undefined : logged + startOf(fullName);
    if (!MEMORY_METRICS.includes(name) || accumulatorId === undefined) continue;
    if (value !== undefined && Number.isSafeInteger(value) && value > 0)
      found.push({ accumulatorId, name, value });
  }
  return any ? found.sort((a, b) => a.accumulatorId - b.accumulatorId) : undefined;
}

function baseName(name: string): string {
  const at = name.indexOf(suffix);
  return at < 0 ? name : name.slice(0, at);
}

function startOf(fullName: string): number {
  return fullName.includes(suffix) ? 1 : 0;
}
