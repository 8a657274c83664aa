/**
 * `pnpm oracle <dir>`: core against vectors recorded from Spark's own classes; every op, every
 * state.
 */
import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type FileScore, replayVectors } from "./vectors.ts";

/** More skipped ops than this share are no proof. */
const MAXIMUM_SKIPPED = 0.01;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function main(args: readonly string[]): number {
  const where = args[0];
  if (where === undefined || where === "--help") {
    say("pnpm oracle <directory of *.jsonl.gz, or one such file>");
    return where === undefined ? 2 : 0;
  }
  const files = vectorFiles(resolve(process.env["INIT_CWD"] ?? process.cwd(), where));
  if (files.length === 0) {
    say(`no *.jsonl.gz in ${where}`);
    return 3;
  }
  const started = process.hrtime.bigint();
  const scores = files.map((file) => replayVectors(file, basename(file)));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return conclude(scores, seconds);
}

function vectorFiles(path: string): string[] {
  if (/\.jsonl(?:\.gz)?$/.test(path)) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith(".jsonl.gz"))
    .sort()
    .map((name) => `${path}/${name}`);
}

function conclude(scores: readonly FileScore[], seconds: number): number {
  const sum = (of: (score: FileScore) => number): number =>
    scores.reduce((total, score) => total + of(score), 0);
  const ops = sum((score) => score.ops);
  const skipped = sum((score) => score.skipped);
  const mismatches = sum((score) => score.mismatches);
  for (const score of scores.filter((each) => each.mismatches > 0))
    say(`${score.file}: ${score.mismatches} mismatches in ${score.ops} ops`);
  const first = scores.find((score) => score.first !== undefined)?.first;
  if (first !== undefined) {
    say(`first difference: ${first.file} line ${first.line} (${first.scenario}): ${first.what}`);
    say(`expected ${JSON.stringify(first.expected)}`);
    say(`got      ${typeof first.got === "string" ? first.got : JSON.stringify(first.got)}`);
  }
  say(
    `${scores.length} files, ${sum((score) => score.scenarios)} scenarios, ${ops} ops, ${mismatches} mismatches, ${skipped} skipped (spill while another task waits), ${Math.round(ops / seconds)} ops/s`,
  );
  if (skipped > ops * MAXIMUM_SKIPPED) {
    say(`more than ${MAXIMUM_SKIPPED * 100} % of the ops were skipped`);
    return 1;
  }
  return mismatches > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
