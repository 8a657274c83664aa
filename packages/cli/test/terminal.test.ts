/** How amounts, tables and text from logs look on a terminal. */
import { expect, test } from "vitest";
import { sparkline } from "../src/terminal/sparkline.ts";
import { textTable, wrapped } from "../src/terminal/text-table.ts";

test("a curve tells nothing, zero and something apart", () => {
  expect(sparkline([undefined, 0, 1, 50, 100], 100)).toBe(" ·▁▅█");
});

test("columns are as wide as what stands in them, and an empty one is left out", () => {
  expect(
    textTable(
      [
        { title: "executor", align: "left" },
        { title: "nothing", align: "left" },
        { title: "bytes", align: "right" },
      ],
      [
        ["0", "", "7"],
        ["driver", "", "1,234,567"],
      ],
    ),
  ).toEqual(["executor      bytes", "0                 7", "driver    1,234,567"]);
});

test("columns line up behind characters that take two columns, and behind marks that take none", () => {
  const cells = [
    ["作业", "1"],
    ["ab", "2"],
    ["e\u0301🚀", "3"],
    ["abcd", "4"],
  ];
  const columns = [
    { title: "job", align: "left" },
    { title: "n", align: "right" },
  ] as const;
  expect(textTable(columns, cells)).toEqual([
    "job   n",
    "作业  1",
    "ab    2",
    "e\u0301🚀   3",
    "abcd  4",
  ]);
  expect(wrapped("作业 作业 作业", 9)).toEqual(["作业 作业", "作业"]);
});

test("a paragraph breaks at blanks, and a long word stays whole", () => {
  expect(wrapped("one two three a-very-long-word end", 9, "  ")).toEqual([
    "one two",
    "  three",
    "  a-very-long-word",
    "  end",
  ]);
});

test("a line never ends between a number and its unit", () => {
  const text = "It held at most 14.0 MiB for 2.9 s, 26 % of all 4 tasks";
  for (let columns = 12; columns < 60; columns += 1) {
    const lines = wrapped(text, columns);
    expect(lines.join(" ")).toBe(text);
    expect(lines.filter((line) => /^(?:MiB|s,|%)/.test(line))).toEqual([]);
  }
});
