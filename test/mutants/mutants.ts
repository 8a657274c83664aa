/// <reference types="node" />
/**
 * Changes the sources on purpose and asks whether a test notices: `pnpm mutants [name…]` takes the
 * named ones (all, or those whose name holds a word), `--sample 20 --seed 7` draws others from
 * `--in core/src/replay`. A mutant is held against the tests of its folder first, then against
 * accuracy and goldens, or against `--tests` alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Mutant, namedMutants } from "./named.ts";
import { sampledMutants } from "./sampled.ts";
import { Scratch } from "./scratch.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    in: { type: "string", default: "core/src/replay" },
    tests: { type: "string", multiple: true },
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

interface Placed {
  readonly file: string;
  readonly mutant: Mutant;
}

/** Files in which the text stands; the one whose name fits, where it stands in several. */
function placesOf(mutant: Mutant): string[] {
  const all = [...sources].flatMap(([file, text]) => (text.includes(mutant.from) ? [file] : []));
  const named = all.filter((file) => mutant.file === undefined || file.endsWith(`/${mutant.file}`));
  return all.length > 1 ? named : all;
}

/** Rounds of tests, the quickest first. */
function testsFor(file: string): string[][] {
  const [, name = "", , folder = ""] = file.split("/");
  const own = `packages/${name}/test`;
  const rounds: Readonly<Record<string, string[][]>> = {
    core: [
      [folder === "replay" ? `${own}/replay` : own],
      ["test/accuracy/fixtures.test.ts"],
      ["test/golden", "test/explain", "test/oracle"],
    ],
    events: [
      [own],
      ["test/alignment", "test/golden/golden.test.ts", "test/accuracy/fixtures.test.ts"],
    ],
    report: [[own], ["test/golden", "test/explain", "test/gate"]],
    cli: [[own, "test/cli"]],
  };
  return rounds[name] ?? [[own]];
}

function wanted(): Placed[] {
  if (values.sample !== undefined) {
    const of = new Map([...sources].filter(([file]) => file.startsWith(`packages/${values.in}`)));
    return sampledMutants(of, Number(values.sample), Number(values.seed));
  }
  const named = namedMutants.filter(
    ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
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

async function isKilled(scratch: Scratch, { file, mutant }: Placed): Promise<boolean> {
  const text = (sources.get(file) ?? "").replace(mutant.from, () => mutant.to);
  const rounds = values.tests === undefined ? testsFor(file) : [values.tests];
  for (const tests of rounds) {
    await assertSound(scratch, tests);
    if (await scratch.isKilled(file, text, tests)) return true;
  }
  return false;
}

const scratch = new Scratch(root);
try {
  const placed = wanted();
  let killed = 0;
  for (const one of placed) {
    const dead = await isKilled(scratch, one);
    killed += Number(dead);
    say(`${dead ? "dead " : "LIVES"} ${one.mutant.name}`);
  }
  say(`${killed} of ${placed.length} mutants were noticed`);
} finally {
  scratch.remove();
}
