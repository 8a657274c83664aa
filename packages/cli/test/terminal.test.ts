/** How amounts, tables and text from logs look on a terminal. */
import { expect, test } from "vitest";
import { bytesOrDash, shareOrDash } from "../src/terminal/amounts.ts";
import { printable, printableLine } from "../src/terminal/printable.ts";
import { sparkline } from "../src/terminal/sparkline.ts";
import { textTable, wrapped } from "../src/terminal/text-table.ts";

test("an unknown amount is a dash, and nothing is not unknown", () => {
  expect([undefined, 0, 14 * 1024 * 1024].map(bytesOrDash)).toEqual(["–", "0 B", "14.0 MiB"]);
});

test("a share is never rounded up to the whole, and a share of nothing is a dash", () => {
  expect(shareOrDash(99_999, 100_000)).toBe("99.9 %");
  expect(shareOrDash(4812, 4830)).toBe("99.6 %");
  expect(shareOrDash(5, 5)).toBe("100 %");
  expect(shareOrDash(0, 0)).toBe("–");
});

test("a log cannot move the cursor, recolour the terminal or turn text around", () => {
  expect(printable("app\u001b[31m\u001b]0;owned\u0007 \u202egnp.exe\u202c")).toBe(
    "app\\u{1b}[31m\\u{1b}]0;owned\\u{7} \\u{202e}gnp.exe\\u{202c}",
  );
  expect(printable("two\nlines")).toBe("two\nlines");
  expect(printableLine("two\nlines\tand a tab")).toBe("two lines and a tab");
});

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
