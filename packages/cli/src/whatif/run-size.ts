/**
 * The size command's own part: promises and range as asked, one answer for each run and the largest
 * of all.
 */
import { safeJson } from "@respark/core";
import {
  AskedWrongly,
  type PromiseName,
  promiseNamed,
  type RunRecord,
  type SizeAnswer,
  sizeOf,
  type WhatIfDetail,
  whatIfInDetail,
} from "@respark/report";
import { exitCode } from "../exit-code.ts";
import type { RunOptions } from "../gate/measured-run.ts";
import type { Host } from "../host.ts";
import { styleOf } from "../terminal/style.ts";
import { UserError } from "../user-error.ts";
import { checkAnswerPath, keepAnswer, keptInWords, whole, withRecord } from "./run-whatif.ts";
import { amountOf } from "./scenarios.ts";
import { sizeText } from "./size-text.ts";

export interface SizeOptions extends RunOptions {
  readonly keep?: string;
  readonly probability?: string;
  readonly knob?: string;
  readonly between?: string;
  readonly seed?: string;
  readonly output?: string;
}

const DEFAULT_KEEP: readonly PromiseName[] = [
  "no-evictions",
  "no-recomputes",
  "no-failed-puts",
  "no-spills",
  "no-oom",
];
const MIB = 1_048_576;

/** Throws a UserError where one is no promise. */
function promisesIn(listed: string): PromiseName[] {
  try {
    return listed.split(",").map((name) => promiseNamed(name.trim()));
  } catch (error) {
    if (error instanceof AskedWrongly) throw new UserError(`--keep: ${error.message}`);
    throw error;
  }
}

/**
 * Throws a UserError with code 4 where a promise is kept at no size tried: after the answer is
 * printed.
 */
export async function runSize(
  host: Host,
  paths: readonly string[],
  options: SizeOptions,
): Promise<void> {
  const between = options.between === undefined ? undefined : rangeOf(options.between);
  const probability = probabilityOf(options.probability ?? "0.95");
  const seed = whole("--seed", options.seed ?? "1", 0);
  const knob = options.knob ?? "spark.executor.memory";
  const keep = options.keep === undefined ? DEFAULT_KEEP : promisesIn(options.keep);
  const { output } = options;
  if (output !== undefined) await checkAnswerPath(host, output, paths);
  const answers: SizeAnswer[] = [];
  for (const part of await runsOf(host, paths)) {
    const { answer, detail } = await withRecord(host, part, options, (run) => {
      const sized = sizeOf(run, { keep, probability, knob, between, seed });
      return {
        answer: sized,
        detail: output === undefined ? undefined : alongTried(run, sized, seed),
      };
    });
    answers.push(answer);
    if (output !== undefined && detail !== undefined) await keepAnswer(host, output, detail);
  }
  const [only, ...others] = answers;
  await host.stdout.write(
    options.json === true
      ? `${safeJson(others.length === 0 ? only : answers, 2)}\n`
      : sizeText(answers, styleOf(host)) + keptInWords(host, output),
  );
  const unkept = answers
    .flatMap(({ promises }) => promises)
    .filter(({ recommended }) => recommended === null);
  const named = (promises: typeof unkept): string =>
    [...new Set(promises.map(({ promise }) => promise))].join(", ");
  const unknown = unkept.filter(({ grade }) => grade === "D");
  if (unknown.length > 0)
    throw new UserError(
      `not foretold: ${named(unknown)} (${unknown[0]?.reason ?? ""})`,
      exitCode.belowFloor,
    );
  if (unkept.length > 0)
    throw new UserError(
      `kept at no size tried: ${named(unkept)}; try larger ones with --between`,
      exitCode.belowFloor,
    );
}

/** Each size that was looked at as a scenario, for the curves of a database. */
function alongTried(run: RunRecord, { tried, knob }: SizeAnswer, seed: number): WhatIfDetail {
  return whatIfInDetail(run, {
    scenarios: tried.map((size) => new Map([[knob, size]])),
    levels: new Map(),
    draws: 40,
    seed,
    knob,
  });
}

/** Files are runs of their own; folders of logs are one run. */
async function runsOf(host: Host, paths: readonly string[]): Promise<readonly string[][]> {
  const kinds = await Promise.all(paths.map((path) => host.kindOf(path)));
  return kinds.every((kind) => kind === "file") ? paths.map((path) => [path]) : [[...paths]];
}

function rangeOf(text: string): { readonly fromMiB: number; readonly toMiB: number } {
  const [from, to, ...rest] = text.split("..");
  if (from === undefined || to === undefined || rest.length > 0)
    throw new UserError(`--between is two sizes, as 1g..8g, not ${text}`);
  const fromMiB = Math.round(amountOf(from).value / MIB);
  const toMiB = Math.round(amountOf(to).value / MIB);
  if (fromMiB < 1 || toMiB <= fromMiB)
    throw new UserError(`--between goes from a smaller size to a larger, as 1g..8g, not ${text}`);
  return { fromMiB, toMiB };
}

function probabilityOf(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new UserError(`--probability is a share between 0 and 1, as 0.95, not ${text}`);
  return value;
}
