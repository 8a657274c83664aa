/// <reference types="node" />
/**
 * Changes the sources on purpose and asks whether a test notices: `pnpm mutants` draws from core,
 * events and report for ten minutes (`--minutes 10 --seed 1 --sample 1000 --in core/src/replay`);
 * `pnpm mutants named [word…]` takes those of `named.ts`, all or whose name holds a word. A mutant
 * is held against the tests that import its file most directly, then its package's, then accuracy
 * and goldens: `--rounds 1` stops after the first of these, `--tests` takes others. `--again out.txt`
 * takes those that lived in an earlier run's output; `--under nice` runs the tests by that command.
 * Survivors that are no fault stand in `survivors.ts`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Mutant, namedMutants } from "./named.ts";
import { NearestTests } from "./nearest-tests.ts";
import { type Drawn, sampledMutants } from "./sampled.ts";
import { Scratch } from "./scratch.ts";
import { whyItLives } from "./survivors.ts";

/** Test files of the first two rounds. */
const NEAREST = [2, 8] as const;

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "1000" },
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    in: { type: "string", multiple: true, default: ["core/src", "events/src", "report/src"] },
    tests: { type: "string", multiple: true },
    rounds: { type: "string", default: "9" },
    again: { type: "string" },
    under: { type: "string" },
  },
});
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const sources = new Map(
  readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })
    .filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path))
    .sort()
    .map((path) => [`packages/${path}`, readFileSync(join(root, "packages", path), "utf8")]),
);
const nearest = new NearestTests(root);

/** Files in which the text stands; the one whose name fits, where it stands in several. */
function placesOf(mutant: Mutant): string[] {
  const all = [...sources].flatMap(([file, text]) => (text.includes(mutant.from) ? [file] : []));
  const named = all.filter((file) => mutant.file === undefined || file.endsWith(`/${mutant.file}`));
  return all.length > 1 ? named : all;
}

/** Rounds of tests, the quickest first. */
function testsFor(file: string): string[][] {
  const name = file.split("/")[1] ?? "";
  const own = `packages/${name}/test`;
  const rounds: Readonly<Record<string, string[][]>> = {
    core: [
      [own, "test/oracle", "test/accuracy/fixtures.test.ts"],
      ["test/golden", "test/explain"],
    ],
    events: [
      [own],
      ["test/alignment", "test/golden/golden.test.ts", "test/accuracy/fixtures.test.ts"],
    ],
    report: [[own], ["test/golden", "test/explain", "test/gate", "test/exports"]],
    cli: [[own, "test/cli"]],
  };
  const near = nearest.of(file, NEAREST[1]);
  return [near.slice(0, NEAREST[0]), near.slice(NEAREST[0]), ...(rounds[name] ?? [[own]])]
    .filter((round) => round.length > 0)
    .slice(0, Number(values.rounds));
}

function wanted(): Drawn[] {
  if (positionals[0] !== "named") {
    const drawn = sampledMutants(sources, values.in, {
      count: Number(values.sample),
      seed: Number(values.seed),
    });
    if (values.again === undefined) return drawn;
    const lived = new Set(readFileSync(values.again, "utf8").split("\n"));
    return drawn.filter(({ mutant }) => lived.has(`lives ${mutant.name}`));
  }
  const words = positionals.slice(1);
  const named = namedMutants.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  return named.flatMap((mutant) => {
    const [file, ...others] = placesOf(mutant);
    if (file !== undefined && others.length === 0) return [{ file, mutant }];
    say(`${file === undefined ? "GONE " : "TWICE"} ${mutant.name}`);
    return [];
  });
}

/** Rounds that pass without a mutant: only in these a failure says anything. */
const sound = new Set<string>();

async function assertSound(scratch: Scratch, tests: readonly string[]): Promise<void> {
  const round = tests.join(" ");
  if (sound.has(round)) return;
  if ((await scratch.vitest(tests)) !== 0) throw new Error(`${round} fails without a mutant`);
  sound.add(round);
}

async function isKilled(scratch: Scratch, { file, mutant }: Drawn): Promise<boolean> {
  const text = (sources.get(file) ?? "").replace(mutant.from, () => mutant.to);
  for (const tests of values.tests === undefined ? testsFor(file) : [values.tests]) {
    if (!(await scratch.isKilled(file, text, tests))) continue;
    await assertSound(scratch, tests);
    return true;
  }
  return false;
}

const scratch = new Scratch(root, values.under);
const until = positionals[0] === "named" ? Infinity : Date.now() + Number(values.minutes) * 60_000;
try {
  const counts = { dead: 0, equal: 0, lives: 0 };
  for (const one of wanted()) {
    if (Date.now() > until) break;
    const why = whyItLives(one);
    const fate =
      why !== undefined ? "equal" : (await isKilled(scratch, one)) ? "dead" : ("lives" as const);
    counts[fate] += 1;
    say(`${fate.padEnd(5)} ${one.mutant.name}${why === undefined ? "" : ` (${why})`}`);
  }
  const drawn = counts.dead + counts.lives;
  say(
    `seed ${values.seed}: ${counts.dead} of ${drawn} mutants were noticed, ` +
      `${counts.lives} live (${Math.round((100 * counts.lives) / Math.max(1, drawn))} %); ` +
      `${counts.equal} known ones change nothing that anyone sees`,
  );
} finally {
  scratch.remove();
}
