/** Replays a class of a recorded run's logs and scores it against what its JVMs did. */
import { withGivenLogs } from "./given-logs.ts";
import type { LogClass } from "./log-classes.ts";
import { type Counts, type Measures, measuresOf } from "./measures.ts";
import type { RecordedRun } from "./recorded-runs.ts";
import { type ReplayedTables, replayedTables } from "./replayed-tables.ts";
import { summaryOf } from "./scorer.ts";
import { statementsIn } from "./statements.ts";
import { type Truth, truthsIn } from "./truth.ts";

export interface Score {
  readonly run: RecordedRun;
  readonly logClass: LogClass;
  /** Absent where the replay failed; then `trouble` says how. */
  readonly measures?: Measures;
  readonly counts?: Counts;
  readonly trouble?: string;
}

/** @param change what to do to the rows before they are scored */
export async function scoreRun(
  run: RecordedRun,
  logClass: LogClass,
  truths: readonly Truth[],
  change: (rows: ReplayedTables) => ReplayedTables = (rows) => rows,
): Promise<Score> {
  return withGivenLogs(run, logClass, async (logs) => {
    const replayed = change(await replayedTables(logs));
    const summary = summaryOf(
      { truths, statements: await statementsIn(logs.executorLogs), windowMs: run.windowMs },
      replayed,
    );
    return {
      run,
      logClass,
      measures: measuresOf(summary, run.namesThreads),
      counts: {
        spills: summary.get("spills") ?? 0,
        spillsReported: summary.get("spills_reported") ?? 0,
        waits: replayed.waits,
      },
    };
  });
}

/** One after the other, in the order given; a replay that throws is a result. */
export async function scoreAll(
  pairs: readonly { readonly run: RecordedRun; readonly logClass: LogClass }[],
  onScore: (score: Score) => void,
): Promise<Score[]> {
  const scores: Score[] = [];
  let known: { readonly run: RecordedRun; readonly truths: readonly Truth[] } | undefined;
  for (const { run, logClass } of pairs) {
    if (known?.run !== run) known = { run, truths: await truthsIn(run.truth) };
    const score = await scoreRun(run, logClass, known.truths).catch((error: unknown) => ({
      run,
      logClass,
      trouble: error instanceof Error ? error.message : String(error),
    }));
    scores.push(score);
    onScore(score);
  }
  return scores;
}
