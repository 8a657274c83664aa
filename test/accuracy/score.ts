/** Replays a recorded run with the real command and scores it against what its JVMs did. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LogClass } from "./bars.ts";
import { run } from "./command.ts";
import { type Counts, type Measures, measuresOf } from "./measures.ts";
import { type RecordedRun, replayArguments } from "./recorded-runs.ts";

export interface Tools {
  readonly root: string;
  readonly python: string;
  readonly scorer: string;
  readonly scratch: string;
}

export interface Score {
  readonly run: RecordedRun;
  readonly logClass: LogClass;
  /** Absent where the replay or the scoring failed; then `trouble` says how. */
  readonly measures?: Measures;
  readonly counts?: Counts;
  readonly trouble?: string;
}

export async function replay(
  tools: Tools,
  of: RecordedRun,
  logClass: LogClass,
): Promise<{ database: string; trouble?: string }> {
  const database = join(tools.scratch, `${of.name}-${logClass}.duckdb`);
  const { code, err } = await run(
    process.execPath,
    [
      "--conditions=@respark/source",
      "--import",
      "tsx",
      "packages/cli/src/bin.ts",
      "replay",
      ...replayArguments(of, logClass),
      "-o",
      database,
      "--overwrite",
      "--quiet",
    ],
    tools.root,
  );
  return code === 0
    ? { database }
    : { database, trouble: `replay ended with ${code}: ${err.trim().slice(-300)}` };
}

/** The numbers of a flat JSON object; what is null or no number is absent. */
function numbersOf(record: unknown): Map<string, number> {
  const numbers = new Map<string, number>();
  if (typeof record !== "object" || record === null) return numbers;
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === "number") numbers.set(key, value);
  }
  return numbers;
}

function summaryOf(scored: unknown): unknown {
  return typeof scored === "object" && scored !== null && "summary" in scored
    ? scored.summary
    : undefined;
}

export async function score(
  tools: Tools,
  of: RecordedRun,
  logClass: LogClass,
  database: string,
): Promise<Score> {
  const scored = await run(tools.python, [tools.scorer, of.directory, database, "--json"]);
  const looked = await run(tools.python, [join(import.meta.dirname, "look.py"), database]);
  const failed = [scored, looked].find(({ code }) => code !== 0);
  if (failed !== undefined)
    return { run: of, logClass, trouble: `scoring: ${failed.err.trim().slice(-300)}` };
  const summary = numbersOf(summaryOf(JSON.parse(scored.out)));
  const look = numbersOf(JSON.parse(looked.out));
  return {
    run: of,
    logClass,
    measures: measuresOf(summary, {
      namesThreads: of.namesThreads,
      sizeWidthWithoutBroadcasts: look.get("size_width_without_broadcasts"),
    }),
    counts: {
      spills: summary.get("spills") ?? 0,
      spillsReported: summary.get("spills_reported") ?? 0,
      waits: look.get("waits") ?? 0,
    },
  };
}

/** Two at a time; the answers are in the order of the pairs, whichever ends first. */
export async function scoreAll(
  tools: Tools,
  pairs: readonly { readonly run: RecordedRun; readonly logClass: LogClass }[],
  onScore: (score: Score) => void,
): Promise<Score[]> {
  const scores = new Map<number, Score>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < pairs.length; at = next++) {
      const pair = pairs[at];
      if (pair === undefined) return;
      const { database, trouble } = await replay(tools, pair.run, pair.logClass);
      const result =
        trouble === undefined
          ? await score(tools, pair.run, pair.logClass, database)
          : { ...pair, trouble };
      await rm(database, { force: true });
      scores.set(at, result);
      onScore(result);
    }
  };
  await Promise.all([worker(), worker()]);
  return pairs.flatMap((_, at) => scores.get(at) ?? []);
}
