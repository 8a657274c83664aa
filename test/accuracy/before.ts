/** Means of an earlier state of respark, kept to be shown beside today's. */
import { readFile } from "node:fs/promises";
import type { LogClass } from "./log-classes.ts";
import { logClasses } from "./log-classes.ts";
import { type Measures, meanOf, type Quantity, quantities } from "./measures.ts";

type ClassMeans = Readonly<Partial<Record<Quantity, number>>>;

export interface Before {
  /** abbreviated hash */
  readonly commit: string;
  /** by directory of runs, then by class of logs */
  readonly means: Readonly<Record<string, Readonly<Partial<Record<LogClass, ClassMeans>>>>>;
}

/** @param path of a file that `beforeText` made */
export async function readBefore(path: string): Promise<Before> {
  return JSON.parse(await readFile(path, "utf8")) as Before;
}

export function beforeMean(
  before: Before,
  set: string,
  logClass: LogClass,
  quantity: Quantity,
): number | undefined {
  return before.means[set]?.[logClass]?.[quantity];
}

/** Means of every class and quantity, four digits, as JSON. */
export function beforeText(
  commit: string,
  sets: readonly {
    readonly name: string;
    readonly scores: readonly { readonly logClass: LogClass; readonly measures?: Measures }[];
  }[],
): string {
  const means = Object.fromEntries(
    sets.map(({ name, scores }) => [
      name,
      Object.fromEntries(
        logClasses.flatMap((logClass) => {
          const all = scores.flatMap((score) =>
            score.logClass === logClass && score.measures !== undefined ? [score.measures] : [],
          );
          return all.length === 0 ? [] : [[logClass, meansOf(all)]];
        }),
      ),
    ]),
  );
  return `${JSON.stringify({ commit, means }, null, 1)}\n`;
}

function meansOf(all: readonly Measures[]): Record<string, number> {
  return Object.fromEntries(
    quantities.flatMap((quantity) => {
      const mean = meanOf(all, quantity);
      return mean === undefined ? [] : [[quantity, Number(mean.toFixed(4))]];
    }),
  );
}
