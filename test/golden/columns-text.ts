/**
 * Tables as one line a column: of numbers how many are known, the least, the most, their sum and
 * the sum by place; of words how often each, or how many and a digest of all. A change of any cell
 * moves its column's line.
 */
import { createHash } from "node:crypto";

/** More words than these are a digest. */
const FEW_WORDS = 6;
const LONGEST_WORD = 40;

/** Columns that nothing fills have no line. */
export function columnsText(tables: Readonly<Record<string, readonly object[]>>): string {
  const parts: string[] = [];
  for (const [table, rows] of Object.entries(tables)) {
    if (rows.length === 0) continue;
    const columns = new Map<string, unknown[]>();
    for (const row of rows) into(columns, "", row);
    const lines = [...columns].map(([name, cells]) => `  ${name} ${cellsText(cells)}`);
    parts.push([`${table}: ${rows.length} rows`, ...lines.sort()].join("\n"));
  }
  return `${parts.join("\n\n")}\n`;
}

/** Cells by the path at which they stand; what lists and maps hold stands at one path. */
function into(columns: Map<string, unknown[]>, path: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
    for (const one of value) into(columns, `${path}[]`, one);
    return;
  }
  if (typeof value === "object" && !(value instanceof Date)) {
    for (const [name, one] of Object.entries(value))
      into(columns, path === "" ? name : `${path}.${name}`, one);
    return;
  }
  const known = columns.get(path);
  if (known === undefined) columns.set(path, [value]);
  else known.push(value);
}

function cellsText(cells: readonly unknown[]): string {
  const numbers = cells.flatMap((cell) =>
    typeof cell === "number" || typeof cell === "bigint" ? [Number(cell)] : [],
  );
  return numbers.length === cells.length ? numbersText(numbers) : wordsText(cells.map(String));
}

function numbersText(numbers: readonly number[]): string {
  let [least, most, sum, byPlace] = [Infinity, -Infinity, 0, 0];
  for (const [place, one] of numbers.entries()) {
    least = Math.min(least, one);
    most = Math.max(most, one);
    sum += one;
    byPlace += one * (1 + (place % 97));
  }
  const told = [least, most, sum, byPlace].map((one) => Number(one.toPrecision(13)));
  return `${numbers.length}: ${told[0]} to ${told[1]}; ${told[2]}, ${told[3]}`;
}

function wordsText(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const digest = createHash("sha256").update(words.join("\n")).digest("hex").slice(0, 12);
  const isFew =
    counts.size <= FEW_WORDS &&
    [...counts.keys()].every((word) => word.length <= LONGEST_WORD && !word.includes("\n"));
  const few = [...counts].map(([word, times]) => `${times} ${JSON.stringify(word)}`);
  return `${words.length}: ${isFew ? few.join(", ") : `${counts.size} words`}, ${digest}`;
}
