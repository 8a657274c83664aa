/** Cells in columns, as a terminal shows them. */
import { expect, test } from "vitest";
import { alignedLine, columnWidths } from "../../src/index.ts";

test("columns are as wide as their widest cell; the last one has nothing behind it", () => {
  const rows = [
    ["作业", "1", "x"],
    ["a", "23", ""],
  ];
  expect(columnWidths(rows)).toEqual([4, 2, 1]);
  expect(rows.map((row) => alignedLine(row, columnWidths(rows), [false, true]))).toEqual([
    "作业   1  x",
    "a     23",
  ]);
});
