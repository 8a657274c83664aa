/**
 * What the replay of the repository's runs was worth when it was last accepted, and when it is
 * worth less.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bar, bars } from "./bars.ts";
import { type LogClass, logClasses } from "./log-classes.ts";
import type { Measures, Quantity } from "./measures.ts";

const path = join(import.meta.dirname, "golden/fixture-bars.json");

type Accepted = Readonly<Record<string, Measures>>;
/** By class of logs, then by run. */
const readAccepted = (): Partial<Record<LogClass, Accepted>> =>
  JSON.parse(readFileSync(path, "utf8")) as Partial<Record<LogClass, Accepted>>;

/** A quantity of a run that is worse than what was accepted. */
export interface Worse {
  readonly run: string;
  readonly quantity: Quantity;
  readonly accepted: number | undefined;
  readonly now: number | undefined;
}

/**
 * Shares may fall by 0.002 and widths grow by 2 %: less is the luck of rounding. Distances of best
 * estimates lean on a few moments, so a tenth more is no loss.
 */
function isWorse({ atLeast, quantity }: Bar, before?: number, now?: number): boolean {
  // A wrong number that became unknown is no loss.
  if (before === undefined || quantity.endsWith("_given_share")) return false;
  // Where part of the evidence is missing, "unknown" is an answer, too.
  if (now === undefined) return !quantity.includes("_given_");
  if (atLeast) return now < before - 0.002;
  return /_(?:off|point)$/.test(quantity)
    ? now > before * 1.1 + 0.002
    : now > before * 1.02 + 0.0002;
}

export function worseThanAccepted(
  logClass: LogClass,
  scores: ReadonlyMap<string, Measures>,
): Worse[] {
  const accepted = readAccepted();
  return [...scores].flatMap(([run, measures]) =>
    bars[logClass].flatMap((bar) => {
      const before = accepted[logClass]?.[run]?.[bar.quantity];
      const now = measures[bar.quantity];
      return isWorse(bar, before, now)
        ? [{ run, quantity: bar.quantity, accepted: before, now }]
        : [];
    }),
  );
}

/** How many numbers were accepted. */
export function acceptedCount(logClass: LogClass): number {
  return Object.values(readAccepted()[logClass] ?? {}).flatMap((measures) => Object.keys(measures))
    .length;
}

/** Accepts the scores of a class, rounded to what a comparison sees. */
export function accept(logClass: LogClass, scores: ReadonlyMap<string, Measures>): void {
  const file = readAccepted();
  file[logClass] = Object.fromEntries(
    [...scores].map(([run, measures]) => [
      run,
      Object.fromEntries(
        bars[logClass].flatMap(({ quantity }) => {
          const value = measures[quantity];
          return value === undefined ? [] : [[quantity, Number(value.toFixed(5))]];
        }),
      ),
    ]),
  );
  const lines = logClasses.flatMap((name) => {
    const runs = Object.entries(file[name] ?? {});
    if (runs.length === 0) return [];
    const rows = runs.map(
      ([run, measures]) => `  ${JSON.stringify(run)}: ${JSON.stringify(measures)}`,
    );
    return [`${JSON.stringify(name)}: {\n${rows.join(",\n")}\n}`];
  });
  writeFileSync(path, `{\n${lines.join(",\n")}\n}\n`);
}
