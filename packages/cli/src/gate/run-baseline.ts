/**
 * The baseline command's own part: measures good runs, makes sure they are of one kind, and writes
 * them down.
 */
import { counted, printable, printableLine } from "@respark/core";
import {
  addRun,
  type Baseline,
  baselineOf,
  baselineText,
  differencesFrom,
  hasRun,
  type MeasuredRun,
} from "@respark/report/checks";
import { exitCode } from "../exit-code.ts";
import type { Host } from "../host.ts";
import { UserError } from "../user-error.ts";
import { readBaseline, readConfig } from "./files.ts";
import { measuredWithCurves, type RunOptions } from "./measured-run.ts";
import { refuseForeign, writeResult } from "./write-result.ts";

export interface BaselineOptions extends RunOptions {
  readonly output: string;
  readonly add?: true;
  readonly overwrite?: true;
  readonly config?: string;
  readonly allowConfigChange?: true;
  readonly allowVersionChange?: true;
  readonly allowInputChange?: true;
  readonly allowOtherApplication?: true;
}

export async function runBaseline(
  host: Host,
  paths: readonly string[],
  options: BaselineOptions,
): Promise<void> {
  const { output } = options;
  const known = await knownBaseline(host, options);
  const { config } = await readConfig(host, options.config);
  let baseline = known;
  for (const path of paths) {
    const run = await measuredWithCurves(host, [path], options);
    if (run.trust.incomplete.length > 0 && config.evidence?.allow_incomplete !== true) {
      throw new UserError(
        `${path} does not tell the whole run (${run.trust.incomplete.join("; ")}): a baseline of it would hide what is missing`,
        exitCode.belowFloor,
      );
    }
    baseline = withRun(baseline, run, path, options);
  }
  if (baseline === undefined) throw new UserError("a baseline needs a run");
  const text = baselineText(baseline);
  if (output === "-") {
    await host.stdout.write(text);
    return;
  }
  await writeResult(host, output, text, "baseline");
  if (options.json === true) await host.stdout.write(text);
  else await host.stdout.write(printable(summaryText(baseline, output)));
}

async function knownBaseline(
  host: Host,
  { output, add, overwrite }: BaselineOptions,
): Promise<Baseline | undefined> {
  if (add === true && overwrite === true) {
    throw new UserError("--add and --overwrite contradict each other: use one of them");
  }
  if (output === "-") {
    if (add === true) throw new UserError("--add adds to a file: name it with -o");
    return undefined;
  }
  const there = await host.kindOf(output);
  if (there === "directory") {
    throw new UserError(`${output} is a directory: name a file in it with -o`);
  }
  if (there === "file" && overwrite === true) await refuseForeign(host, output, "baseline");
  if (add === true) return (await readBaseline(host, output)).baseline;
  if (there === "file" && overwrite !== true) {
    throw new UserError(
      `${output} exists: --add adds these runs to it, --overwrite begins it anew, -o names another file`,
    );
  }
  return undefined;
}

function withRun(
  baseline: Baseline | undefined,
  run: MeasuredRun,
  path: string,
  options: BaselineOptions,
): Baseline {
  if (baseline === undefined) return baselineOf([run]);
  if (hasRun(baseline, run)) {
    throw new UserError(
      `${run.application.appId} of ${path} is in the baseline already: counted twice it would make runs look more alike than they are`,
    );
  }
  const different = differencesFrom(baseline, run, {
    configChange: options.allowConfigChange === true,
    versionChange: options.allowVersionChange === true,
    otherApplication: options.allowOtherApplication === true,
    normaliseBy: options.allowInputChange === true ? "input" : undefined,
  }).filter(({ allowed }) => !allowed);
  if (different.length > 0) {
    const said = different.map(
      ({ name, baseline: was, run: is }) => `${name} ${was ?? "unset"} → ${is ?? "unset"}`,
    );
    const flags = new Set(different.map(({ kind }) => FLAGS[kind]));
    throw new UserError(
      `${path} is not of one kind with the baseline's runs: ${said.join(", ")} (${[...flags].join(" and ")} adds it all the same)`,
      exitCode.notComparable,
    );
  }
  return addRun(baseline, run);
}

const FLAGS = {
  application: "--allow-other-application",
  configuration: "--allow-config-change",
  version: "--allow-version-change",
  input: "--allow-input-change",
} as const;

/** From so many runs on, spread is judged by median and MAD. */
const RUNS_FOR_STATISTICS = 5;

function summaryText({ application, runs, metrics }: Baseline, output: string): string {
  const advice =
    runs.length === 1
      ? "One run does not show how much runs differ by chance: add a second with --add.\n"
      : runs.length < RUNS_FOR_STATISTICS
        ? "From five runs on limits follow from median and spread; until then from the worst run.\n"
        : "";
  return `${printableLine(output)}: ${counted(runs.length, "run")} of ${printableLine(application.name ?? "an application without a name")}, Spark ${printableLine(application.spark_version ?? "of unknown version")}, ${counted(Object.keys(metrics).length, "metric")}\n${advice}`;
}
