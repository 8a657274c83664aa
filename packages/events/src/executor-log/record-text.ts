/** Texts of records and lines, and where the words of a line without a layout begin. */
import type { RecordHead } from "./layouts/record-head.ts";
import { Literal, textOf, viewOf } from "./line-bytes.ts";

export function isFrame(line: string): boolean {
  return /^\s+at /.test(line);
}

export function loggerOf(head: RecordHead): string {
  const text = textOf(head.buffer, head.loggerStart, head.loggerEnd);
  return text.endsWith("$") ? text.slice(0, -1) : text;
}

export function startOf(buffer: Buffer, start: number, end: number): string {
  return textOf(buffer, start, Math.min(end, start + 800)).slice(0, 200);
}

/** 1 for bytes with which no head begins. */
export function blankBytes(): Uint8Array {
  const blank = new Uint8Array(256);
  for (const byte of Buffer.from("\t ")) blank[byte] = 1;
  return blank;
}

/** Before a message stand marks of quotations and lists, YARN's time, a level alone. */
const BEFORE =
  /^[\s`*>"'|-]{0,12}(?:\[\d{4}-\d\d-\d\d [\d:.,]{8,15}\])?(?:\[?(?:ERROR|WARN|WARNING|INFO|FATAL)\]?:?\s{1,4})?/;
const BEFORE_BYTES = 64;
const BEHIND: ReadonlySet<number> = new Set(Buffer.from("`*\"' "));

/** Where the words of a line begin that has no layout. */
export function wordsFrom(buffer: Buffer, start: number, end: number): number {
  const head = buffer.latin1Slice(start, Math.min(end, start + BEFORE_BYTES));
  return start + (BEFORE.exec(head)?.[0].length ?? 0);
}

/** And where they end, if marks stand before them. */
export function wordsTo(buffer: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && BEHIND.has(buffer[at - 1] ?? 0)) at--;
  return at;
}

const SPARKS_FRAME = new Literal("at org.apache.spark.");
const FRAME_BYTES = 160;
/**
 * Methods that no task runs: what asks for jobs, collects their results and builds broadcast tables
 * (Spark 1.2 to 4.2). Closures that stand in the same classes run in tasks.
 */
const DRIVERS_METHOD =
  /\.(?:SparkPlan\.(?:\$anonfun\$)?execute(?:Collect|Take|ToIterator)|SparkPlan\.decodeUnsafeRows|exchange\.BroadcastExchangeExec\b|Dataset\.(?:\$anonfun\$)?(?:collect|head|take|show|withAction)|SparkContext\.(?:runJob|broadcast)\(|RDD\.(?:collect|take|count|first)\(|deploy\.(?:SparkSubmit|PythonRunner|RRunner)\b|scheduler\.(?:DAGScheduler|TaskSetManager|TaskSchedulerImpl|TaskResultGetter)\b)/;

/** A frame of a stack trace that only a driver's JVM has. */
export function isDriversFrame(buffer: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && (buffer[at] === 9 || buffer[at] === 32)) at++;
  if (!SPARKS_FRAME.standsAt(viewOf(buffer), at, end)) return false;
  return DRIVERS_METHOD.test(buffer.latin1Slice(at, Math.min(end, at + FRAME_BYTES)));
}
