/** Tables of characters: how many rows their widths are taken from. */
import { expect, test } from "vitest";
import { resultText } from "../../src/sql/formats/index.ts";
import type { QueryResult } from "../../src/sql/query.ts";

/** One column, in batches of these many rows; the last cell is wide. */
async function linesOf(...batches: readonly number[]): Promise<string[]> {
  const result: QueryResult = {
    columns: [
      { name: "a", type: "VARCHAR" },
      { name: "b", type: "INTEGER" },
    ],
    async *batches() {
      for (const [nth, rows] of batches.entries())
        yield Array.from({ length: rows }, (_, row) => {
          const isLast = nth === batches.length - 1 && row === rows - 1;
          return [isLast ? "作业作业" : "x", 1];
        });
    },
  };
  let text = "";
  for await (const piece of resultText(result, "table")) text += piece;
  return text.trimEnd().split("\n");
}

test("widths come from the first 2,000 rows, and what is wider later runs over", async () => {
  const within = await linesOf(1999, 1);
  expect([within[0], within[2], within.at(-1)]).toEqual([
    "a         b",
    "x         1",
    "作业作业  1",
  ]);
  const behind = await linesOf(2000, 1);
  expect([behind[0], behind[2], behind.at(-1)]).toEqual(["a  b", "x  1", "作业作业  1"]);
});
