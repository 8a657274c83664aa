/** What a log can do to a terminal: nothing. */
import { expect, test } from "vitest";
import { printable, printableLine, printableValue } from "../../src/index.ts";

test("a log cannot move the cursor, recolour the terminal or turn text around", () => {
  expect(printable("app\u001b[31m\u001b]0;owned\u0007 \u202egnp.exe\u202c")).toBe(
    "app\\u{1b}[31m\\u{1b}]0;owned\\u{7} \\u{202e}gnp.exe\\u{202c}",
  );
  expect(printable("line\u2028separator, half \ud800 of a pair, no character \uffff")).toBe(
    "line\\u{2028}separator, half \\u{d800} of a pair, no character \\u{ffff}",
  );
});

test("joiners stay: Persian, Hindi and emoji are written with them", () => {
  expect(printable("می\u200cخواهم 👩\u200d💻")).toBe("می\u200cخواهم 👩\u200d💻");
});

test("line feeds stay in a text, are blanks on a line, and are named in a value", () => {
  const text = "two\nlines\tand a tab";
  expect([printable(text), printableLine(text), printableValue(text)]).toEqual([
    "two\nlines\tand a tab",
    "two lines and a tab",
    "two\\nlines\\tand a tab",
  ]);
});
