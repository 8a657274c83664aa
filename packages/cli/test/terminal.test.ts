/** How amounts, tables and text from logs look on a terminal. */
import { expect, test } from "vitest";
import { bytesInWords, counted, durationInWords, shareInWords } from "../src/terminal/amounts.ts";
import { printable, printableLine } from "../src/terminal/printable.ts";
import { sparkline } from "../src/terminal/sparkline.ts";
import { textTable, wrapped } from "../src/terminal/text-table.ts";

test("bytes are said in the units Spark prints, and an unknown amount is a dash", () => {
  expect([0, 1, 1023, 1024, 14 * 1024 * 1024, 121.5 * 1024 * 1024].map(bytesInWords)).toEqual([
    "0 B",
    "1 B",
    "1023 B",
    "1.0 KiB",
    "14.0 MiB",
    "122 MiB",
  ]);
  expect(bytesInWords(undefined)).toBe("–");
});

test("a share is never rounded up to the whole", () => {
  expect(shareInWords(99_999, 100_000)).toBe("99.9 %");
  expect(shareInWords(4812, 4830)).toBe("99.6 %");
  expect(shareInWords(5, 5)).toBe("100 %");
  expect(shareInWords(0, 0)).toBe("–");
});

test("counts agree with their noun, and durations are said as people do", () => {
  expect([counted(1, "spill"), counted(2, "spill"), counted(4812, "entry", "entries")]).toEqual([
    "1 spill",
    "2 spills",
    "4,812 entries",
  ]);
  expect([3200, 245_000, 7_400_000].map(durationInWords)).toEqual([
    "3.2 s",
    "4 min 5 s",
    "2 h 3 min",
  ]);
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
