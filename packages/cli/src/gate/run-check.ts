/**
 * The check command's own part: measures, judges, writes what was asked for, and ends with the code
 * that says how it went.
 */
import { basename } from "node:path";
import { QueryError } from "@respark/report";
import {
  configJsonSchema,
  type GateConfig,
  type GateResult,
  githubText,
  jsonText,
  judge,
  junitText,
  markdownText,
  memoryCurves,
  type OwnCheck,
  type Place,
  runOwnCheck,
  sarifText,
  terminalText,
  type Verdict,
} from "@respark/report/checks";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Host } from "../host.ts";
import { pageOf } from "../report/page-of.ts";
import { styleOf } from "../terminal/style.ts";
import { UserError } from "../user-error.ts";
import { version } from "../version.ts";
import {
  besideConfig,
  type ReadBaseline,
  type ReadConfig,
  readBaseline,
  readConfig,
  readOwnChecks,
} from "./files.ts";
import { type OpenRun, type RunOptions, withRun } from "./measured-run.ts";
import { underBaseline } from "./under-baseline.ts";
import { type ResultKind, refuseForeign, writeResult } from "./write-result.ts";

export interface CheckOptions extends RunOptions {
  readonly baseline?: string;
  readonly config?: string;
  readonly allowConfigChange?: true;
  readonly allowVersionChange?: true;
  readonly allowOtherApplication?: true;
  readonly underBaselineConf?: true;
  readonly normaliseBy?: "input";
  readonly junit?: string;
  readonly sarif?: string;
  readonly markdown?: string;
  readonly report?: string;
  readonly github?: true;
  readonly configSchema?: true;
}

const CODES: Readonly<Record<GateResult["outcome"], ExitCode>> = {
  passed: exitCode.fine,
  regressed: exitCode.checkFailed,
  too_little_evidence: exitCode.belowFloor,
  not_comparable: exitCode.notComparable,
};

export async function runCheck(
  host: Host,
  paths: readonly string[],
  options: CheckOptions,
): Promise<void> {
  if (options.configSchema === true) {
    await host.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    return;
  }
  if (paths.length === 0) {
    throw new UserError("nothing to check: give a database of respark replay, or logs");
  }
  const toStdout = stdoutOf(options);
  const config = await readConfig(host, options.config);
  const baseline = await chosenBaseline(host, config, options);
  if (options.underBaselineConf === true && baseline === undefined)
    throw new UserError("--under-baseline-conf goes with --baseline: it has the settings");
  const own = await readOwnChecks(host, config);
  if (baseline === undefined && own.length === 0 && !hasBudget(config.config)) {
    throw new UserError(
      "nothing to hold the run against: give --baseline <file> (respark baseline makes it), or budgets or checks in respark.config.json",
    );
  }
  await refuseFilesOf(host, options);
  const judgedRun = async (
    opened: OpenRun,
  ): Promise<{ result: GateResult; databasePath: string | undefined }> => {
    const outcome = await judged(opened, config, baseline, own, options);
    await writeReport(host, opened, outcome, baseline, options);
    return { result: outcome, databasePath: opened.databasePath };
  };
  const { result, databasePath } = await withRun(host, paths, options, judgedRun, {
    simulates: options.report !== undefined,
  });
  const place: Place = { database: databasePath, baseline };
  const code = CODES[result.outcome];
  await deliver(host, result, place, toStdout, options);
  if (code !== exitCode.fine) {
    throw new UserError(sentenceOn(result), code);
  }
}

/** Before anything is measured. */
async function refuseFilesOf(host: Host, options: CheckOptions): Promise<void> {
  const files: readonly [string | undefined, ResultKind][] = [
    [options.junit, "junit"],
    [options.sarif, "sarif"],
    [options.markdown, "markdown"],
    [options.report, "page"],
  ];
  for (const [file, kind] of files) {
    if (file !== undefined && file !== "-") await refuseForeign(host, file, kind);
  }
}

/** The run in pictures, with what was judged on top: for whoever has to mend it. */
async function writeReport(
  host: Host,
  { database, application, databasePath }: OpenRun,
  result: GateResult,
  baseline: ReadBaseline | undefined,
  { report }: CheckOptions,
): Promise<void> {
  if (report === undefined) return;
  const place: Place = {
    database: databasePath === undefined ? undefined : basename(databasePath),
    // A page travels: the directories of this machine stay here.
    baseline: baseline && { ...baseline, file: basename(baseline.file) },
  };
  const words = terminalText(result, place, PLAIN);
  const before = baseline?.baseline.runs.map(({ curves }) => curves ?? []);
  const page = await pageOf(database, application, databasePath, {
    judged: words.trim(),
    compared: before && {
      run: await memoryCurves(database, application),
      baseline: before.filter((curves) => curves.length > 0),
    },
  });
  if (report === "-") await host.stdout.write(page.html);
  else await writeResult(host, report, page.html, "page");
}

const PLAIN = { bold: (text: string): string => text, dim: (text: string): string => text };

/** Only one thing can stand on standard output. */
function stdoutOf({ json, junit, sarif, markdown, report }: CheckOptions): string {
  const asked = [
    ...(json === true ? ["--json"] : []),
    ...(junit === "-" ? ["--junit -"] : []),
    ...(sarif === "-" ? ["--sarif -"] : []),
    ...(markdown === "-" ? ["--markdown -"] : []),
    ...(report === "-" ? ["--report -"] : []),
  ];
  if (asked.length > 1) {
    throw new UserError(`${asked.join(" and ")} contradict each other: standard output takes one`);
  }
  return asked[0] ?? "text";
}

async function chosenBaseline(
  host: Host,
  config: ReadConfig,
  options: CheckOptions,
): Promise<ReadBaseline | undefined> {
  if (options.baseline !== undefined) return await readBaseline(host, options.baseline);
  const named = config.config.baseline;
  return named === undefined ? undefined : await readBaseline(host, besideConfig(config, named));
}

function hasBudget({ limits = {}, stages = [], rdds = [] }: GateConfig): boolean {
  return [limits, ...stages.map((one) => one.limits), ...rdds.map((one) => one.limits)].some(
    (set) => Object.values(set).some((limit) => limit?.budget !== undefined),
  );
}

async function judged(
  opened: OpenRun,
  { config }: ReadConfig,
  baseline: ReadBaseline | undefined,
  checks: readonly OwnCheck[],
  options: CheckOptions,
): Promise<GateResult> {
  const { database, application } = opened;
  const own: Verdict[] = [];
  for (const check of checks) {
    try {
      own.push(await runOwnCheck(database, application, check, config));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      throw new UserError(`${check.file}: ${oneSentence(error.message)}`);
    }
  }
  const { compare } = config;
  const { run, remarks } =
    baseline === undefined || options.underBaselineConf !== true
      ? { run: opened.run, remarks: [] }
      : await underBaseline(opened, baseline.baseline);
  return judge({
    baseline: baseline?.baseline,
    run,
    remarks,
    config,
    allowed: {
      configChange: options.allowConfigChange === true || compare?.allow_config_change === true,
      versionChange: options.allowVersionChange === true || compare?.allow_version_change === true,
      otherApplication:
        options.allowOtherApplication === true || compare?.allow_other_application === true,
      normaliseBy: options.normaliseBy ?? compare?.normalise_by,
    },
    own,
  });
}

/** DuckDB's words up to its picture of the statement. */
function oneSentence(said: string): string {
  return (said.split(/\n\s*\nLINE |\nLINE /, 1)[0] ?? said).replace(/\s*\n\s*/g, " ").trim();
}

async function deliver(
  host: Host,
  result: GateResult,
  place: Place,
  toStdout: string,
  options: CheckOptions,
): Promise<void> {
  const files: [string | undefined, ResultKind, () => string][] = [
    [options.junit, "junit", () => junitText(result, place)],
    [options.sarif, "sarif", () => sarifText(result, place, version)],
    [options.markdown, "markdown", () => markdownText(result, place)],
  ];
  for (const [file, kind, textOf] of files) {
    if (file === undefined) continue;
    if (file === "-") await host.stdout.write(textOf());
    else await writeResult(host, file, textOf(), kind);
  }
  if (toStdout === "--json") await host.stdout.write(jsonText(result, CODES[result.outcome]));
  if (toStdout === "text") {
    await host.stdout.write(terminalText(result, place, styleOf(host)));
  }
  if (options.github === true) {
    // GitHub reads commands from both streams; a result for machines stays alone on its own.
    const stream = toStdout === "text" ? host.stdout : host.stderr;
    await stream.write(githubText(result, place));
    await appendSummary(host, markdownText(result, place));
  }
}

async function appendSummary(host: Host, text: string): Promise<void> {
  const file = host.env["GITHUB_STEP_SUMMARY"];
  if (file === undefined || file === "") return;
  const before = (await host.kindOf(file)) === "file" ? await host.readText(file) : "";
  await host.writeText(file, `${before}${text}`);
}

function sentenceOn({ outcome, verdicts, differences, evidence }: GateResult): string {
  const failed = verdicts.filter(({ status }) => status === "fail");
  const names = [...new Set(failed.map(({ check }) => check))].join(", ");
  switch (outcome) {
    case "not_comparable": {
      const different = differences.filter(({ allowed }) => !allowed).map(({ name }) => name);
      return `not comparable with the baseline: ${different.join(", ")} differ`;
    }
    case "too_little_evidence":
      return `too little evidence for a verdict: ${evidence.join("; ")}`;
    default:
      return `memory got worse: ${names}`;
  }
}
