/// <reference types="node" />
/**
 * How near the replay is to what the JVMs did: `pnpm accuracy [directories of runs]` writes
 * docs/accuracy.md and ends with 1 where a replay failed. `--runs 's35-*'` and `--logs info,late`
 * replay a part and write nothing; `--keep-as file --commit hash` keeps the means to compare with
 * later; `--self-test` shows that worthless answers fail.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { accuracyPage, barRows, farOff, measuredOf, type ScoredSet } from "./accuracy-page.ts";
import { barText } from "./bars.ts";
import { beforeMean, beforeText, readBefore } from "./before.ts";
import { classTitles, logClasses } from "./log-classes.ts";
import { outcomesOf } from "./outcomes.ts";
import { classesOf, type RecordedRun, recordedRuns } from "./recorded-runs.ts";
import { scoreAll } from "./score-run.ts";
import { selfTest } from "./self-test.ts";

const root = join(import.meta.dirname, "../..");
const data = join(root, "../shared/data");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "*" },
    logs: { type: "string", default: logClasses.join() },
    "keep-as": { type: "string" },
    commit: { type: "string", default: "unknown" },
    "self-test": { type: "boolean", default: false },
  },
});
const isPart = values.runs !== "*" || values.logs !== logClasses.join();
const directories = (
  positionals.length > 0 ? positionals : [join(data, "runs"), join(data, "runs2")]
)
  .map((directory) => resolve(directory))
  .filter((directory) => existsSync(directory));

const titles: Readonly<Record<string, string>> = {
  runs: "The runs that respark grew up with",
  runs2: "Runs of other kinds",
};
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `s35-*,s40-f-*`: names of which one pattern fits. */
function fits(patterns: string): (run: RecordedRun) => boolean {
  const regexes = patterns
    .split(",")
    .map((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`));
  return ({ name }) => regexes.some((regex) => regex.test(name));
}

async function scoredSet(directory: string): Promise<ScoredSet> {
  const runs = (await recordedRuns(directory)).filter(fits(values.runs));
  const wanted = new Set(values.logs.split(","));
  const pairs = runs.flatMap((run) =>
    classesOf(run)
      .filter((logClass) => wanted.has(logClass))
      .map((logClass) => ({ run, logClass })),
  );
  const scores = await scoreAll(pairs, ({ run, logClass, trouble }) => {
    const failed = trouble === undefined ? "" : ` FAILED: ${trouble}`;
    process.stderr.write(`${run.name} ${logClass}${failed}\n`);
  });
  const name = basename(directory);
  return { name, title: titles[name] ?? name, scores, outcomes: await outcomesOf(directory) };
}

async function measure(): Promise<boolean> {
  const sets: ScoredSet[] = [];
  for (const directory of directories) sets.push(await scoredSet(directory));
  const before = await readBefore(join(import.meta.dirname, "golden/before.json"));
  for (const { name, title, scores } of sets) {
    const measured = measuredOf(scores);
    say(`\n== ${title}`);
    for (const logClass of logClasses) {
      const rows = barRows(measured, logClass, (quantity) =>
        beforeMean(before, name, logClass, quantity),
      ).filter((row) => row[3] !== "–");
      if (rows.length === 0) continue;
      say(`\n${classTitles[logClass]} (bar, before, now)`);
      for (const [quantity = "", bar = "", was = "", mean = "", verdict = "", worst = ""] of rows) {
        const words = verdict.replaceAll("*", "");
        say(
          `  ${quantity.padEnd(26)} ${bar.padEnd(8)} ${was.padEnd(6)} ${mean.padEnd(6)} ${words.padEnd(13)} worst ${worst}`,
        );
      }
    }
    const far = farOff(measured);
    say(`\n${far.length} numbers of runs more than 0.10 beyond a bar`);
    for (const { run, logClass, bar, value } of far)
      say(`  ${run} ${logClass} ${bar.quantity} ${value.toFixed(3)} (${barText(bar)})`);
  }
  if (values["keep-as"] !== undefined)
    await writeFile(values["keep-as"], beforeText(values.commit, sets));
  else if (!isPart) {
    const notes = await readFile(join(root, "docs/accuracy-notes.md"), "utf8");
    await writeFile(join(root, "docs/accuracy.md"), accuracyPage(sets, before, notes));
  }
  const scores = sets.flatMap((set) => set.scores);
  return scores.length > 0 && scores.every(({ trouble }) => trouble === undefined);
}

const well = values["self-test"] ? await selfTest(say) : await measure();
process.exitCode = well ? 0 : 1;
