/**
 * The language of templates: one wording of one Spark log line, how it reads, which Spark says it,
 * and what it means as a fact.
 */
import type { ByteInterval, LogFact } from "@respark/core";

import { Wording } from "./wording.ts";

export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";

/** What a template may know of the record around its message. */
export interface RecordAround {
  /** Last segment of the logger's name, without Scala's `$`. */
  readonly logger: string;
  /** First lines below the record (a stack trace), as far as kept. */
  readonly trace: readonly string[];
}

/** What stands between braces in a template's wording, and what becomes of it. */
export interface Placeholders {
  /** Digits, perhaps negative. */
  int: number;
  /** `12.3 MiB` */
  size: ByteInterval;
  /** Up to the next literal, no blanks in it: block ids, host:port, class@hash. */
  word: string;
  /** Up to the next literal, or all the rest. */
  text: string;
}

/**
 * The values of a wording, in order: `"{int} of {size}"` gives `[number, ByteInterval]`. `{gap}` is
 * one or more blanks and no value.
 */
export type Values<Says extends string> = Says extends `${string}{${infer Name}}${infer Rest}`
  ? Name extends keyof Placeholders
    ? [Placeholders[Name], ...Values<Rest>]
    : Values<Rest>
  : [];

/** A Spark line that templates may name. */
export type SparkLine =
  | `1.${0 | 1 | 2 | 3 | 4 | 5 | 6}`
  | `2.${0 | 1 | 2 | 3 | 4}`
  | `3.${0 | 1 | 2 | 3 | 4 | 5}`
  | `4.${0 | 1 | 2 | 3}`;
const LAST_LINES: Readonly<Record<string, number>> = { 1: 6, 2: 4, 3: 5, 4: 3 };

export interface LogTemplate {
  /** Row of spec/log-templates.md. */
  readonly name: string;
  /** First and last Spark line that says it; undefined: from the first, to the last. */
  readonly since: SparkLine | undefined;
  readonly until: SparkLine | undefined;
  readonly level: LogLevel;
  readonly says: string;
  /** A real or source-true line: its test. */
  readonly example: string;
  /** The lines below belong to the fact (a trace, a multi-line reason): wait for them. */
  readonly awaitsTrace: boolean;
  /** It states memory: a line with its words that gives no fact is reported. */
  readonly statesMemory: boolean;
  /** Loggers of any name say it: schedulers and backends of vendors. */
  readonly anyLogger: boolean;
  readonly wording: Wording;
  /** False: known, and says nothing about memory. */
  readonly hasFact: boolean;
  /** What the match just made means: the scratch of `wording.matches` is still this one's. */
  readonly factOfMatch: (buffer: Buffer, around: RecordAround) => LogFact | undefined;
  /** The same from `wording.values`, kept while the lines below were awaited. */
  readonly factOf: (values: readonly unknown[], around: RecordAround) => LogFact | undefined;
}

export interface TemplateText<Says extends string> {
  readonly name: string;
  readonly since?: SparkLine;
  readonly until?: SparkLine;
  readonly level: LogLevel;
  readonly says: Says;
  readonly example: string;
  readonly awaitsTrace?: boolean;
  readonly statesMemory?: boolean;
  readonly anyLogger?: boolean;
  readonly fact?: (...values: [...Values<Says>, RecordAround]) => LogFact | undefined;
}

/**
 * A template from its text. The one place where captured values get their types: `Wording` captures
 * what `Values` promises.
 */
export function template<const Says extends string>(text: TemplateText<Says>): LogTemplate {
  const fact = text.fact as ((...values: unknown[]) => LogFact | undefined) | undefined;
  const wording = new Wording(text.says, fact?.length);
  return {
    name: text.name,
    since: text.since,
    until: text.until,
    level: text.level,
    says: text.says,
    example: text.example,
    awaitsTrace: text.awaitsTrace ?? false,
    statesMemory: text.statesMemory ?? false,
    anyLogger: text.anyLogger ?? false,
    wording,
    hasFact: fact !== undefined,
    factOfMatch: (buffer, around) => fact && wording.apply(fact, buffer, around),
    factOf: (values, around) => fact?.(...values, around),
  };
}

/** A known line that says nothing about memory. */
export function silent(name: string, level: LogLevel, says: string, example: string): LogTemplate {
  return template({ name, level, says, example });
}

/** The templates that this Spark (`3.5`, `3.5.6`) says; one that is not known is an error. */
export function saidBy(version: string, templates: readonly LogTemplate[]): LogTemplate[] {
  const at = lineNumber(version);
  return templates.filter(
    ({ since, until }) =>
      (since === undefined || lineNumber(since) <= at) &&
      (until === undefined || at <= lineNumber(until)),
  );
}

/** A number that orders Spark lines. */
function lineNumber(version: string): number {
  const [major = "", minor = ""] = version.split(".");
  const last = LAST_LINES[major];
  if (last === undefined || !/^\d+$/.test(minor) || Number(minor) > last) {
    throw new Error(`no Spark ${version}: SparkLine and LAST_LINES know it first`);
  }
  return Number(major) * 100 + Number(minor);
}
