/**
 * What a table becomes on a terminal too narrow for it: the same in each row said once, and each
 * row a record, a line a value.
 */
import { displayWidth, padded } from "@respark/core";

export interface Cells {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Which application a row is of: the same in every row of most answers. */
const KEYS: readonly string[] = ["app_id", "attempt_id"];

/**
 * The answer without its application's columns where one application is all there is, and without
 * empty columns, both in a line instead.
 */
export function saidOnce({ names, rows }: Cells): {
  /** undefined: nothing was left out */
  readonly said: string | undefined;
  /** places of the columns that stay */
  readonly kept: readonly number[];
} {
  const first = rows[0] ?? [];
  const same = names.flatMap((name, index) =>
    KEYS.includes(name) && rows.every((row) => row[index] === first[index]) ? [index] : [],
  );
  const empty = names.flatMap((_, index) =>
    rows.every((row) => row[index] === "") ? [index] : [],
  );
  const kept = names.flatMap((_, index) =>
    same.includes(index) || empty.includes(index) ? [] : [index],
  );
  if (kept.length === 0) return { said: undefined, kept: names.map((_, index) => index) };
  const words = [
    ...same.map((index) => `${names[index] ?? ""} ${first[index] ?? ""}`),
    ...(empty.length === 0 ? [] : [`no ${empty.map((index) => names[index] ?? "").join(", ")}`]),
  ];
  return { said: words.length === 0 ? undefined : `in each row: ${words.join("; ")}`, kept };
}

/** A value that is not there has no line. */
export function records({ names, rows }: Cells): string {
  const width = Math.max(...names.map(displayWidth));
  return rows
    .map((row, nth) => {
      const lines = names.flatMap((name, index) => {
        const cell = row[index] ?? "";
        return cell === "" ? [] : [`${padded(name, width)}  ${cell}\n`];
      });
      return `── ${nth + 1} ${"─".repeat(Math.max(0, width - 3 - String(nth + 1).length))}\n${lines.join("")}`;
    })
    .join("");
}
