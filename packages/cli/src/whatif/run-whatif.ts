/** The whatif command's own part: what was asked, and its answer as text or JSON. */
import { printableLine, type StorageLevel, safeJson, storageLevelNamed } from "@respark/core";
import {
  AskedWrongly,
  type GradeLetter,
  isAtLeast,
  NotComparable,
  type RunRecord,
  readRun,
  shellWord,
  type WhatIfAnswer,
  type WhatIfDetail,
  whatIfInDetail,
  writeAnswer,
} from "@respark/report";
import { calledAs } from "../called-as.ts";
import { sayingTrouble } from "../database/database-trouble.ts";
import { oneApplication } from "../database/one-application.ts";
import { exitCode } from "../exit-code.ts";
import type { RunOptions } from "../gate/measured-run.ts";
import type { Host } from "../host.ts";
import { checkOutput } from "../replay/output-path.ts";
import { withDatabase } from "../replay/replayed-for-now.ts";
import { styleOf } from "../terminal/style.ts";
import { UserError } from "../user-error.ts";
import { scenariosOf, sweptSetting } from "./scenarios.ts";
import { whatIfText } from "./whatif-text.ts";

export interface WhatIfOptions extends RunOptions {
  readonly set?: readonly string[];
  readonly sweep?: string;
  readonly level?: readonly string[];
  readonly draws?: string;
  readonly seed?: string;
  readonly minGrade?: string;
  readonly output?: string;
}

/**
 * Throws a UserError with code 4 where an outcome is below the grade asked for: after the answer is
 * printed.
 */
export async function runWhatIf(
  host: Host,
  paths: readonly string[],
  options: WhatIfOptions,
): Promise<void> {
  const sweep = options.sweep === undefined ? undefined : sweptSetting(options.sweep);
  const least = gradeNamed(options.minGrade ?? "C");
  const question = {
    scenarios: scenariosOf(options.set ?? [], sweep),
    levels: levelsOf(options.level ?? []),
    draws: whole("--draws", options.draws ?? "40", 1),
    seed: whole("--seed", options.seed ?? "1", 0),
    knob: sweep?.key,
    missRatios: true,
  };
  if (options.output !== undefined) await checkAnswerPath(host, options.output, paths);
  const detail = await withRecord(host, paths, options, (run) => whatIfInDetail(run, question));
  const { answer } = detail;
  const { output } = options;
  if (output !== undefined) await keepAnswer(host, output, detail);
  await host.stdout.write(
    options.json === true
      ? `${safeJson(answer, 2)}\n`
      : whatIfText(answer, styleOf(host)) + keptInWords(host, output),
  );
  const below = outcomesBelow(answer, least);
  if (below.length > 0)
    throw new UserError(
      `answered, but below grade ${least}: ${below.join(", ")}`,
      exitCode.belowFloor,
    );
}

/** An answer goes into a new file or into a database, the one asked about too; never into a log. */
export async function checkAnswerPath(
  host: Host,
  output: string,
  inputs: readonly string[],
): Promise<void> {
  const isDatabase = /\.(?:duckdb|db)$/i.test(output);
  await checkOutput(host, output, "append", isDatabase ? [] : inputs);
}

/** Where the answer was kept, and how to go on with it. */
export function keptInWords(host: Host, output: string | undefined): string {
  if (output === undefined) return "";
  const asked = `${calledAs(host)} query ${shellWord(output)} whatif_curve`;
  return `\nWritten: ${printableLine(output)}\n  # each outcome by setting, with its band\n  ${asked}\n`;
}

/** Into the whatif_* tables of a database, a new one where there is none. */
export async function keepAnswer(host: Host, output: string, detail: WhatIfDetail): Promise<void> {
  const mode = (await host.kindOf(output)) === undefined ? "create" : "append";
  await sayingTrouble(() => writeAnswer(output, mode, detail));
}

/**
 * What a run wanted, read from a database or from logs; what cannot be asked becomes the user's
 * trouble.
 */
export async function withRecord<Result>(
  host: Host,
  paths: readonly string[],
  options: RunOptions,
  use: (run: RunRecord) => Result,
): Promise<Result> {
  const run = await withDatabase(host, paths, options, (database, path) =>
    sayingTrouble(async () => {
      const ask = (sql: string) => database.rows(sql);
      const application = await oneApplication(ask, path ?? paths.join(", "), options);
      return await readRun(ask, application);
    }),
  );
  if (run === undefined)
    throw new UserError("there is no application in this input", exitCode.unreadable);
  try {
    return use(run);
  } catch (error) {
    if (error instanceof AskedWrongly) throw new UserError(error.message);
    if (error instanceof NotComparable)
      throw new UserError(`not comparable: ${error.message}`, exitCode.notComparable);
    throw error;
  }
}

function gradeNamed(text: string): GradeLetter {
  const grade = (["A", "B", "C", "D"] as const).find((letter) => letter === text.toUpperCase());
  if (grade === undefined) throw new UserError(`--min-grade is A, B, C or D, not ${text}`);
  return grade;
}

function outcomesBelow(answer: WhatIfAnswer, least: GradeLetter): string[] {
  const names = answer.scenarios.flatMap(({ outcomes }) =>
    outcomes.filter(({ grade }) => !isAtLeast(grade, least)).map(({ name }) => name),
  );
  return [...new Set(names)];
}

function levelsOf(given: readonly string[]): ReadonlyMap<number, StorageLevel> {
  const levels = new Map<number, StorageLevel>();
  for (const text of given) {
    const parts = /^rdd:(\d+)=(\w+)$/.exec(text);
    const level = parts?.[2] === undefined ? undefined : storageLevelNamed(parts[2]);
    if (parts === null || level === undefined)
      throw new UserError(`--level is rdd:ID=LEVEL, as rdd:3=MEMORY_AND_DISK, not ${text}`);
    levels.set(Number(parts[1]), level);
  }
  return levels;
}

export function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new UserError(`${option} is a whole number from ${least} on, not ${text}`);
  return value;
}
