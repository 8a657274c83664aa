/** One executor's log, line by line and record by record, for what is wrapped around either. */
import { anExecutorsLog, FACTS, type Said, stock, stockLines } from "./an-executors-log.ts";
import { decode } from "./decoded.ts";

export interface Shipped {
  readonly one: Said;
  readonly line: string;
}

export const LOG = anExecutorsLog();
export const LINES = stockLines(LOG);
export const POD = "job-1-exec-3";
export const iso = (at: Date): string => at.toISOString();
export const local = (at: Date): string => iso(at).replace("T", " ").replace(".", ",").slice(0, 23);
export const each = (wrap: (line: Shipped) => string): string =>
  LINES.map((line) => `${wrap(line)}\n`).join("");
export const json = (wrap: (line: Shipped) => unknown): string =>
  each((line) => JSON.stringify(wrap(line)));
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** A trace in one text with its record. */
export const joined = (one: Said): string => [stock(one), ...one.trace].join("\n");
export const records = (wrap: (one: Said) => string): string =>
  LOG.map((one) => `${wrap(one)}\n`).join("");

/** A name for people, and a file. */
export type Wrapped = readonly (readonly [string, string])[];

/** What is read of a log: kinds of facts, when the first was, how the last ended, how many sources. */
export function readOf(log: string): {
  readonly kinds: readonly (string | undefined)[];
  readonly first: string | undefined;
  readonly last: unknown;
  readonly sources: number;
  readonly oddities: readonly unknown[];
} {
  const { records: read, oddities } = decode(log);
  const facts = read.filter(({ fact }) => fact !== undefined);
  const last = facts.at(-1)?.fact;
  return {
    kinds: facts.map(({ fact }) => fact?.kind),
    first: facts[0]?.time?.slice(0, 19),
    last: last?.kind === "task_finished" ? [last.taskId, last.errorClass] : last,
    sources: new Set(facts.map(({ container }) => container)).size,
    oddities,
  };
}

/** All that it says, at its times, from one source and with nothing left. */
export const WHOLE: ReturnType<typeof readOf> = {
  kinds: FACTS,
  first: "2024-07-24T04:20:01",
  last: [11, "java.lang.OutOfMemoryError"],
  sources: 1,
  oddities: [],
};
