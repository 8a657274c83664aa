/** What a summary says in which case. */
import { expect, test } from "vitest";
import type { ExecutorSummary, RunSummary } from "../src/replay/run-summary.ts";
import { nextCommands, runSummaryText, type SummaryPlace } from "../src/replay/run-summary-text.ts";

const MiB = 1024 * 1024;

const executor: ExecutorSummary = {
  executorId: "0",
  mode: "on_heap",
  evidenceLevel: "debug",
  removedReason: undefined,
  memoryBytes: 106 * MiB,
  storagePeakBytes: 98 * MiB,
  executionPeakBytes: 61.5 * MiB,
  storagePeakBytesMin: 98 * MiB,
  storagePeakBytesMax: 98 * MiB,
  executionPeakBytesMin: 61.5 * MiB,
  executionPeakBytesMax: 61.5 * MiB,
  borrowedPeakBytes: 45 * MiB,
  evictions: 7,
  evictedBytes: 98 * MiB,
  evictionsOfUnknownSize: 0,
  failedPuts: 0,
  spills: 12,
  spilledBytes: 230 * MiB,
  unloggedSpilledBytes: 0,
  spillsOfUnknownSize: 0,
  spillTotalsLogged: true,
  waits: 0,
  statements: 400,
  statementsMet: 398,
  storageCurve: [0, 50 * MiB, 98 * MiB, undefined],
  executionCurve: [0, 0, 61.5 * MiB, undefined],
};

const run: RunSummary = {
  appId: "app-1",
  attemptId: "1",
  name: "mixed",
  sparkVersion: "3.5.6",
  memoryManager: "unified",
  modelEvidence: "vectors",
  evidenceLevel: "debug",
  startedAt: 1_793_154_727_000_000,
  durationMillis: 16_200,
  hasEventLog: true,
  hasExecutorLog: true,
  leftRunning: undefined,
  incompleteLogs: undefined,
  statements: 4830,
  statementsMet: 4812,
  statementsExplained: 12,
  decisions: 40,
  decisionsForeseen: 39,
  executors: [executor],
  jobs: 4,
  jobsFailed: 0,
  jobError: undefined,
  outOfMemory: [],
  executorsLost: [],
  evictionCauses: [
    { cause: "execution", evictions: 5, ofBroadcasts: 0 },
    { cause: undefined, evictions: 2, ofBroadcasts: 0 },
  ],
  missedAfterEviction: 3,
  missedAfterNoRoom: 0,
  missedAfterLoss: 0,
  missed: [{ quantity: "free_bytes", statements: 12, executors: 1, example: "driver" }],
  diagnostics: [],
};

const place: SummaryPlace = {
  database: "app.duckdb",
  command: "npx respark",
  views: new Set(["eviction_ledger", "spill_causes", "executor_memory_layout"]),
  columns: 100,
  style: { bold: (text) => text, dim: (text) => text },
};

test("the summary says what each executor did and how many statements were predicted", () => {
  const text = runSummaryText(run, place);
  expect(text).toContain(
    "app-1 “mixed”\nSpark 3.5.6 · unified memory manager · from 2026-10-28 02:32:07 UTC · for 16.2 s",
  );
  expect(text.replaceAll("\n", " ")).toContain(
    "The logs state amounts of memory 4,830 times: the replay predicted 4,812 (99.6 %), a known rule of logging accounts for 12, 6 are unexplained. Of 40 decisions of Spark's memory manager it foresaw 39 (97.5 %).",
  );
  expect(text).toContain("Unexplained: 12 of “free_bytes” (in the log of the driver).");
  expect(text).toMatch(
    /^0 +106 MiB +98\.0 MiB +45\.0 MiB +61\.5 MiB +7 \(98\.0 MiB\) +0 +12 \(230 MiB\) +0$/m,
  );
  expect(text).toContain("storage    ·▄█");
});

test("the story is told in sentences: what was evicted for whose sake, what was missed, and last what is normal: storage borrowed", () => {
  expect(runSummaryText(run, { ...place, columns: 200 })).toContain(
    [
      "What happened",
      "7 evictions (98.0 MiB): 5 because tasks claimed execution memory, 2 for reasons that are not logged; 3 later reads computed an evicted block again.",
      "Tasks spilled 12 times (230 MiB of memory).",
      "Storage borrowed up to 45.0 MiB of execution's memory (executor 0).",
    ].join("\n"),
  );
});

test("evictions of broadcasts are counted apart, since a verdict counts those of RDDs", () => {
  const evictionCauses = [{ cause: "execution", evictions: 7, ofBroadcasts: 4 }] as const;
  const text = runSummaryText({ ...run, evictionCauses }, place);
  expect(text).toContain("7 evictions (98.0 MiB), 4 of them of broadcasts: all because");
});

test("sizes that no log tells are not said as 0 B, and some of them as the least there was", () => {
  const unknown = { ...executor, evictedBytes: undefined, spilledBytes: undefined };
  const wide = { ...place, columns: 200 };
  const none = runSummaryText({ ...run, executors: [unknown] }, wide);
  expect(none).toContain("\n7 evictions: ");
  expect(none).toContain("\nTasks spilled 12 times.\n");
  const some = runSummaryText({ ...run, executors: [executor, unknown] }, wide);
  expect(some).toContain("14 evictions (at least 98.0 MiB): ");
  expect(some).toContain("Tasks spilled 24 times (at least 230 MiB of memory).");
});

test("what ended badly is told first, and an error of many lines is one sentence", () => {
  const died: RunSummary = {
    ...run,
    jobsFailed: 1,
    jobError:
      "Job aborted due to stage failure: Task 3 in stage 4.0 failed 1 times, most recent failure: Lost task 3.0 in stage 4.0 (TID 20) (192.0.2.2 executor driver): java.lang.OutOfMemoryError: Java heap space\n\tat x",
    outOfMemory: [{ class: "jvm_heap", tasks: 1, executors: 1, example: "0\u001b[31m" }],
    executorsLost: [
      { class: "container_physical", executors: 2, example: "1" },
      { class: "killed_by_driver", executors: 1, example: "3" },
    ],
  };
  expect(runSummaryText(died, { ...place, columns: 200 })).toContain(
    [
      "What happened",
      "1 of 4 jobs failed: Task 3 in stage 4.0 failed 1 times, at last: java.lang.OutOfMemoryError: Java heap space.",
      "Out of memory, Java heap space: 1 task on executor 0\\u{1b}[31m.",
      "2 executors were lost: container over its memory limit.",
      "Executor 3 was removed by the driver.",
    ].join("\n"),
  );
});

test("no line is wider than the terminal", () => {
  const wide = runSummaryText({ ...run, name: "a name" }, place);
  expect(Math.max(...wide.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
});

test("without statements the summary says that nothing could be checked, and never 0 of 0", () => {
  const text = runSummaryText(
    {
      ...run,
      statements: 0,
      statementsMet: 0,
      statementsExplained: 0,
      missed: [],
      evidenceLevel: "event_log",
    },
    place,
  );
  expect(text).toContain("states an amount of memory that the replay could be checked by");
  expect(text).toContain("Evidence: an event log alone.");
});

test("what is unknown is a dash, not a zero", () => {
  const blind = { ...executor, memoryBytes: undefined, storagePeakBytes: undefined };
  expect(runSummaryText({ ...run, executors: [blind] }, place)).toMatch(/^0 +– +– +45\.0 MiB/m);
});

test("many executors: those under most pressure are shown, the others counted", () => {
  const executors = Array.from({ length: 200 }, (_, id) => ({
    ...executor,
    executorId: String(id),
    evictions: id === 150 ? 900 : 1,
  }));
  const text = runSummaryText({ ...run, executors }, place);
  expect(text).toMatch(/^150 /m);
  expect(text).toContain("… and 188 executors under less pressure");
});

test("the next commands fit what happened, and name only views that are there", () => {
  expect(nextCommands([run], ["logs"], place)).toBe(
    [
      "Next",
      "  # what went wrong, why, and what to change",
      "  npx respark explain app.duckdb",
      "  # the same in pictures, as a file to attach",
      "  npx respark report app.duckdb -o report.html",
      "  # who evicted what, and whether it was missed",
      "  npx respark query app.duckdb eviction_ledger",
      "  # the timeline in Parquet, for Python and others",
      "  npx respark export app.duckdb --format parquet -o tables",
      "",
    ].join("\n"),
  );
});

test("weak evidence: the last next command asks which settings would tell more", () => {
  expect(nextCommands([{ ...run, evidenceLevel: "info" }], ["my logs"], place)).toContain(
    "npx respark inspect 'my logs'",
  );
});

test("a hostile application name stays text", () => {
  expect(runSummaryText({ ...run, name: "\u001b]0;x\u0007" }, place)).not.toContain("\u001b");
});

test("a sum that leaves out what is of unknown size says so, in the table and in the story", () => {
  const some = { ...executor, evictionsOfUnknownSize: 2, spillsOfUnknownSize: 1 };
  const text = runSummaryText({ ...run, executors: [some] }, place);
  expect(text).toContain("7 (at least 98.0 MiB)");
  expect(text).toContain("12 (at least 230 MiB)");
  expect(text).toContain("7 evictions (at least 98.0 MiB): ");
  expect(text).toContain("Tasks spilled 12 times (at least 230 MiB of memory)");
  const none = { ...executor, spilledBytes: undefined, spillsOfUnknownSize: 12 };
  expect(runSummaryText({ ...run, executors: [none] }, place)).toContain("12 (–)");
});

test("blocks that went with their executor are missed by name, and fixed pools are not said to share", () => {
  const lost = { ...run, memoryManager: "static", missedAfterLoss: 22 };
  const text = runSummaryText(lost, place);
  expect(text).toContain("22 later reads computed a block again that had gone with its executor.");
  expect(text).not.toContain("share;");
  expect(text).toContain(
    "memory = what storage and execution have together, neither of it the other's;",
  );
  expect(runSummaryText(run, place)).not.toContain("had gone with its executor");
});

test("what these logs do not tell is a dash, and spills that totals alone tell of are told", () => {
  const bare = {
    ...executor,
    evidenceLevel: "event_log",
    evictions: undefined,
    evictedBytes: undefined,
    failedPuts: undefined,
    spills: undefined,
    spilledBytes: undefined,
    unloggedSpilledBytes: 36 * MiB,
    waits: undefined,
  } as const;
  const text = runSummaryText({ ...run, executors: [bare] }, { ...place, columns: 200 });
  expect(text).toMatch(/^0 .* –\s+–\s+36\.0 MiB\s+–$/m);
  expect(text).toContain("– = these logs do not tell");
  expect(text).toContain("Tasks spilled 36.0 MiB of memory, by their own totals.");
  const none = { ...bare, unloggedSpilledBytes: 0 };
  expect(runSummaryText({ ...run, executors: [none] }, place)).toMatch(/^0 .* –\s+–\s+0\s+–$/m);
  const unknown = { ...none, spillTotalsLogged: false };
  expect(runSummaryText({ ...run, executors: [unknown] }, place)).toMatch(/^0 .* –\s+–\s+–\s+–$/m);
});

test("spills with a line of their own are told beside what totals count", () => {
  const more = { ...executor, unloggedSpilledBytes: 70 * MiB };
  const text = runSummaryText({ ...run, executors: [more] }, { ...place, columns: 200 });
  expect(text).toContain("12+ (300 MiB)");
  expect(text).toContain(
    "Tasks spilled 300 MiB of memory by their own totals; 12 spills of it (230 MiB) have a line in the logs.",
  );
});

test("an event log that just stops is told first, with what was running", () => {
  const text = runSummaryText(
    { ...run, durationMillis: undefined, leftRunning: { jobs: 1, tasks: 4 } },
    { ...place, columns: 200 },
  );
  expect(text).toContain("from 2026-10-28 02:32:07 UTC · no end logged");
  expect(text).toContain(
    "What happened\nThe event log ends too early (1 job and 4 tasks were running): the driver died, or the application went on when the log was copied.\n",
  );
});

test("memory that the driver's storage borrowed is the driver's", () => {
  const driver = { ...executor, executorId: "driver" };
  expect(runSummaryText({ ...run, executors: [driver] }, place)).toContain("(the driver).");
});

test("a peak whose bounds are far apart is said by its bounds", () => {
  const loose = {
    ...executor,
    executionPeakBytesMin: 25 * MiB,
    executionPeakBytesMax: 63.6 * MiB,
  };
  const text = runSummaryText({ ...run, executors: [loose] }, { ...place, columns: 200 });
  expect(text).toContain("25.0 MiB–63.6 MiB");
  expect(text).not.toContain("61.5 MiB");
});

test("incomplete logs are named before the counts that they reduce", () => {
  const told = (logs: number) =>
    runSummaryText(
      { ...run, incompleteLogs: { logs, example: "logs/executor-0.log" } },
      { ...place, columns: 200 },
    ).split("\n")[2];
  expect(told(1)).toBe(
    "One log is not whole (logs/executor-0.log): the counts are of what is left.",
  );
  expect(told(3)).toBe(
    "3 logs are not whole (logs/executor-0.log is one): the counts are of what is left.",
  );
  expect(runSummaryText(run, place)).not.toContain("not whole");
});
