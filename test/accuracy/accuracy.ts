/// <reference types="node" />
/**
 * How near the replay is to what the JVMs did: `pnpm accuracy [directory of runs]` writes docs/accuracy.md and ends
 * with 1 where a replay failed; `--only a-name` replays the runs whose name holds it and writes nothing;
 * `--self-test` shows that worthless answers fail.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { accuracyPage, barRows, farOff, measuredOf } from "./accuracy-page.ts";
import { barText, classes, classTitles } from "./bars.ts";
import { outcomesOf } from "./outcomes.ts";
import { pythonWithDuckdb } from "./python.ts";
import { classesOf, recordedRuns } from "./recorded-runs.ts";
import { scoreAll, type Tools } from "./score.ts";
import { selfTest } from "./self-test.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, "self-test": { type: "boolean", default: false } },
});
const directory = resolve(positionals[0] ?? join(root, "../shared/data/runs"));
const runs = (await recordedRuns(directory)).filter(({ name }) => name.includes(values.only ?? ""));
const tools: Tools = {
  root,
  python: await pythonWithDuckdb(root),
  scorer: join(root, "../shared/tools/score-replay.py"),
  scratch: await mkdtemp(join(tmpdir(), "respark-accuracy-")),
};
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function measure(): Promise<boolean> {
  const pairs = runs.flatMap((run) => classesOf(run).map((logClass) => ({ run, logClass })));
  const scores = await scoreAll(tools, pairs, ({ run, logClass, trouble }) => {
    process.stderr.write(
      `${run.name} ${logClass}${trouble === undefined ? "" : ` FAILED: ${trouble}`}\n`,
    );
  });
  const measured = measuredOf(scores);
  for (const logClass of classes) {
    say(`\n${classTitles[logClass]}`);
    for (const [quantity = "", bar = "", mean = "", verdict = "", worst = ""] of barRows(
      measured,
      logClass,
    )) {
      const words = verdict.replaceAll("*", "");
      say(
        `  ${quantity.padEnd(26)} ${bar.padEnd(8)} ${mean.padEnd(6)} ${words.padEnd(13)} worst ${worst}`,
      );
    }
  }
  const far = farOff(measured);
  say(`\n${far.length} numbers of runs more than 0.10 beyond a bar`);
  for (const { run, logClass, bar, value } of far) {
    say(`  ${run} ${logClass} ${bar.quantity} ${value.toFixed(3)} (${barText(bar)})`);
  }
  if (values.only === undefined) {
    const notes = await readFile(join(root, "docs/accuracy-notes.md"), "utf8");
    await writeFile(
      join(root, "docs/accuracy.md"),
      accuracyPage(scores, await outcomesOf(directory), notes),
    );
  }
  return scores.length > 0 && scores.every(({ trouble }) => trouble === undefined);
}

try {
  const well = values["self-test"] ? await selfTest(tools, runs) : await measure();
  process.exitCode = well ? 0 : 1;
} finally {
  await rm(tools.scratch, { recursive: true, force: true });
}
