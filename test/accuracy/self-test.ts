/** Shows that worthless answers fail the bars: all zero, as wide as can be, and blocks added up without a manager. */
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { bars, shortfall } from "./bars.ts";
import { run } from "./command.ts";
import { classesOf, type RecordedRun } from "./recorded-runs.ts";
import { replay, score, type Tools } from "./score.ts";

const ways = ["zero", "wide", "unmanaged"] as const;
const wanted = ["s35-a2-base-dbg", "s35-f-base-dbg", "s40-a2-base-dbg"];

/** @returns whether each spoilt replay of each run failed at least one bar of its class. */
export async function selfTest(tools: Tools, runs: readonly RecordedRun[]): Promise<boolean> {
  const named = runs.filter(({ name }) => wanted.includes(name));
  const chosen = named.length === wanted.length ? named : runs.slice(0, 3);
  let allFailed = chosen.length === 3;
  for (const of of chosen) {
    const [logClass = "dbg"] = classesOf(of);
    const { database, trouble } = await replay(tools, of, logClass);
    if (trouble !== undefined) throw new Error(`${of.name}: ${trouble}`);
    for (const way of ways) {
      const spoilt = join(tools.scratch, `${of.name}-${way}.duckdb`);
      await copyFile(database, spoilt);
      const { code, err } = await run(tools.python, [
        join(import.meta.dirname, "spoil.py"),
        spoilt,
        way,
      ]);
      if (code !== 0) throw new Error(`${way}: ${err}`);
      const { measures, trouble: unscored } = await score(tools, of, logClass, spoilt);
      if (measures === undefined) throw new Error(`${of.name} ${way}: ${unscored ?? "no score"}`);
      const missed = bars[logClass].filter((bar) => (shortfall(bar, measures) ?? 0) > 0.1);
      allFailed &&= missed.length > 0;
      const told = missed.map(({ quantity }) => `${quantity} ${measures[quantity]?.toFixed(2)}`);
      process.stdout.write(
        `${of.name} ${way}: ${missed.length > 0 ? `fails ${told.join(", ")}` : "PASSES"}\n`,
      );
      await rm(spoilt);
    }
    await rm(database);
  }
  return allFailed;
}
