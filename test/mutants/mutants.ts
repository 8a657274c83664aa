/// <reference types="node" />
/**
 * Changes the sources on purpose and asks whether a test notices: `pnpm mutants` draws from core,
 * events and report (`--minutes 10 --seed 1 --sample 1000 --in core/src/replay`);
 * `pnpm mutants named [word…]` takes those of `named.ts`, all or whose name holds a word. How each
 * is judged stands in `judge.ts`: half of the minutes goes to the nearest tests, which judge as many
 * as they can, the rest to all tests with those that lived. `--near` does without the latter.
 * `--again out.txt` takes those that lived in an earlier run's output. Survivors that are no fault
 * stand in `survivors.ts`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Judge } from "./judge.ts";
import { type Mutant, namedMutants } from "./named.ts";
import { NearestTests } from "./nearest-tests.ts";
import { type Drawn, sampledMutants } from "./sampled.ts";
import { Scratch } from "./scratch.ts";
import { whyItLives } from "./survivors.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "1000" },
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    in: { type: "string", multiple: true, default: ["core/src", "events/src", "report/src"] },
    near: { type: "boolean", default: false },
    again: { type: "string" },
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

/** Files in which the text stands; the one whose name fits, where it stands in several. */
function placesOf(mutant: Mutant): string[] {
  const all = [...sources].flatMap(([file, text]) => (text.includes(mutant.from) ? [file] : []));
  const named = all.filter((file) => mutant.file === undefined || file.endsWith(`/${mutant.file}`));
  return all.length > 1 ? named : all;
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

const judge = new Judge(new Scratch(root, sources), new NearestTests(root));
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    judge.stop();
    process.exit(1);
  });

const counts = { dead: 0, equal: 0, lives: 0 };
function tell(fate: keyof typeof counts, one: Drawn, why?: string): void {
  counts[fate] += 1;
  say(`${fate.padEnd(5)} ${one.mutant.name}${why === undefined ? "" : ` (${why})`}`);
}

const again = values.again !== undefined || positionals[0] === "named";
const until = again ? Infinity : Date.now() + Number(values.minutes) * 30_000;
try {
  const near: Drawn[] = [];
  for (const one of wanted()) {
    if (Date.now() > until) break;
    const why = whyItLives(one);
    if (why !== undefined) tell("equal", one, why);
    else if (await judge.isNoticedNearby(one)) tell("dead", one);
    else {
      near.push(one);
      process.stderr.write(`lives nearby: ${one.mutant.name}\n`);
    }
  }
  const living = values.near ? near : await judge.livingOf(near, (one) => tell("dead", one));
  for (const one of living) tell("lives", one);
  const drawn = counts.dead + counts.lives;
  say(
    `seed ${values.seed}: ${counts.dead} of ${drawn} mutants were noticed, ` +
      `${counts.lives} live (${Math.round((100 * counts.lives) / Math.max(1, drawn))} %); ` +
      `${counts.equal} known ones change nothing that anyone sees`,
  );
} finally {
  judge.stop();
}
