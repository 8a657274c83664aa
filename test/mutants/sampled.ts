/** Mutants drawn from the sources by seed: numbers of constants, comparisons, and operators. */
import { SeededRandom } from "../fuzz/seeded-random.ts";
import type { Mutant } from "./named.ts";

export interface Drawn {
  readonly file: string;
  readonly mutant: Mutant;
}

interface Rule {
  readonly from: RegExp;
  readonly to: (found: RegExpExecArray) => string;
}

const TURNED = new Map([
  ["<", ">="],
  ["<=", ">"],
  [">", "<="],
  [">=", "<"],
  ["===", "!=="],
  ["!==", "==="],
  ["&&", "||"],
  ["||", "&&"],
  ["+", "-"],
  ["-", "+"],
  ["*", "/"],
  ["/", "*"],
  ["and", "or"],
  ["or", "and"],
  ["min", "max"],
  ["max", "min"],
]);
const turned = (operator = ""): string => TURNED.get(operator) ?? operator;

/** What may be changed in a line; at most one of them is, the first that the draw finds. */
const rules: readonly Rule[] = [
  // A constant tenfold.
  {
    from: /^((?:export )?const [A-Z][A-Z_]* = )([\d._]+);$/,
    to: ([, name = "", value = ""]) => `${name}10 * ${value};`,
  },
  // A comparison, a logical or an arithmetic operator the other way round; no arrow of a type.
  {
    from: / (<=|>=|<|>|===|!==|&&|\|\||\+|-|\*) (?![^(]*=>)(?=[\w(-])/,
    to: ([, operator]) => ` ${turned(operator)} `,
  },
  { from: /\bMath\.(min|max)\(/, to: ([, which]) => `Math.${turned(which)}(` },
  // In SQL: least and greatest, the first and the last, a filter that asks less.
  { from: /\b(min|max)\((?=[a-z_]+[),])/, to: ([, which]) => `${turned(which)}(` },
  { from: /^(\s+)(and) (?=[a-z_.]+ )/, to: ([, indent = "", word]) => `${indent}${turned(word)} ` },
];

/**
 * @param sources text by path; a line that stands twice in its file is left out
 * @param folders each gets as many of the mutants as the others, as far as it has lines to change
 */
export function sampledMutants(
  sources: ReadonlyMap<string, string>,
  folders: readonly string[],
  { count, seed }: { readonly count: number; readonly seed: number },
): Drawn[] {
  const drawn = folders.map((folder) => {
    const own = [...sources].filter(([file]) => file.startsWith(`packages/${folder}`));
    return own
      .flatMap(([file, text]) => mutantsOf(file, text))
      .map((one) => ({ one, place: placeOf(one, seed) }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one);
  });
  const most = Math.max(0, ...drawn.map(({ length }) => length));
  return Array.from({ length: most }, (_, nth) => drawn.flatMap((one) => one.slice(nth, nth + 1)))
    .flat()
    .slice(0, count);
}

/** By its own name, so that a change elsewhere in the sources draws the same ones. */
function placeOf({ mutant }: Drawn, seed: number): number {
  let hash = seed;
  for (const character of mutant.name)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return new SeededRandom(hash).next();
}

/** One a line at most, so that a dense line is not drawn more often than another. */
function mutantsOf(file: string, text: string): Drawn[] {
  const lines = text.split("\n");
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.flatMap((line) => {
    if (counts.get(line) !== 1 || /^\s*(?:\*|\/\/|\/\*|--|import |export type |type )/.test(line))
      return [];
    const rule = rules.find(({ from }) => from.test(line));
    const found = rule?.from.exec(line) ?? null;
    if (rule === undefined || found === null) return [];
    const to =
      line.slice(0, found.index) + rule.to(found) + line.slice(found.index + found[0].length);
    const name = `${file}: ${line.trim()} → ${to.trim()}`;
    // With its ends: the same words stand deeper in other lines.
    return to === line ? [] : [{ file, mutant: { name, from: `\n${line}\n`, to: `\n${to}\n` } }];
  });
}
