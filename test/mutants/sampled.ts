/** Mutants drawn from the sources by seed: numbers of constants, and comparisons. */
import { SeededRandom } from "../fuzz/seeded-random.ts";
import type { Mutant } from "./named.ts";

interface Place {
  readonly file: string;
  readonly line: string;
}

const CONSTANT = /^(?:export )?const ([A-Z][A-Z_]*) = ([\d._]+);$/;
const COMPARISON = / (<=|>=|<|>) (?![^(]*=>)/;
const TURNED = new Map([
  ["<", "<="],
  ["<=", "<"],
  [">", ">="],
  [">=", ">"],
]);

/** @param sources text by path; a line that stands twice in its file is left out */
export function sampledMutants(
  sources: ReadonlyMap<string, string>,
  count: number,
  seed: number,
): { readonly file: string; readonly mutant: Mutant }[] {
  const places = [...sources].flatMap(([file, text]) => placesOf(file, text));
  const random = new SeededRandom(seed);
  const drawn: { file: string; mutant: Mutant }[] = [];
  while (drawn.length < count && places.length > 0) {
    const [place] = places.splice(random.below(places.length), 1);
    if (place === undefined) break;
    const to = changed(place.line);
    if (to === undefined) continue;
    const name = `${place.file}: ${place.line.trim()} → ${to.trim()}`;
    drawn.push({ file: place.file, mutant: { name, from: place.line, to } });
  }
  return drawn;
}

function placesOf(file: string, text: string): Place[] {
  const lines = text.split("\n");
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines
    .filter((line) => counts.get(line) === 1 && !/^\s*(?:\*|\/\/|\/\*|import )/.test(line))
    .filter((line) => CONSTANT.test(line) || COMPARISON.test(line))
    .map((line) => ({ file, line }));
}

/** A constant tenfold, a comparison with its edge on the other side. */
function changed(line: string): string | undefined {
  const constant = CONSTANT.exec(line);
  if (constant !== null) return line.replace(/= [\d._]+;$/, (value) => `= 10 * ${value.slice(2)}`);
  const operator = COMPARISON.exec(line)?.[1] ?? "";
  const turned = TURNED.get(operator);
  return turned === undefined ? undefined : line.replace(` ${operator} `, ` ${turned} `);
}
