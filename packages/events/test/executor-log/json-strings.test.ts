import { describe, expect, test } from "vitest";
import { Unwrapped } from "../../src/executor-log/envelopes/envelope.ts";
import { areJsonStrings, JsonStrings } from "../../src/executor-log/envelopes/json-strings.ts";

/** What stands in the lists of a file of these lines; each with the number of the line it begins. */
function said(lines: readonly string[]): string[] {
  const layer = new JsonStrings();
  const found: string[] = [];
  for (const [i, text] of lines.entries()) {
    const line = new Unwrapped();
    // The line's bytes stand between others: of a buffer only its own part is read.
    const bytes = Buffer.from(`["no"]${text}["no"]`);
    line.take(bytes, 6, bytes.length - 6);
    line.number = i + 1;
    line.byteOffset = 100 * i;
    layer.take(line, ({ buffer, start, end, number, byteOffset }) => {
      expect(byteOffset).toBe(100 * (number - 1));
      found.push(`${number} ${buffer.toString("utf8", start, end)}`);
    });
  }
  return found;
}

describe("texts of lists, wherever they stand", () => {
  test.each<[string, string[], string[]]>([
    ["a text of a list", ['["a", "b"]'], ["1 a", "1 b"]],
    ["no text of an object", ['{"key": "value"}'], []],
    ["no text outside all", ['"alone"'], []],
    ["of a list in an object", ['{"text": ["a"], "b": "c"}'], ["1 a"]],
    ["of no object in a list", ['[{"k": "v"}, "a"]'], ["1 a"]],
    ["of a list in a list", ['[["a"], "b",', '"c"]', '"d"'], ["1 a", "1 b", "2 c"]],
    ["behind a list's end", ['{"a": []', ', "k": "v"}'], []],
    [
      "brackets and braces in a text are text",
      ['["]", "}", "[", "{", "a"]'],
      ["1 ]", "1 }", "1 [", "1 {", "1 a"],
    ],
    ["an escaped quote ends no text", [String.raw`["a \"b\" c", "d"]`], ['1 a "b" c', "1 d"]],
    ["an escaped backslash escapes nothing", [String.raw`["a\\", "b"]`], ["1 a\\", "1 b"]],
    ["a line end within a text makes lines", [String.raw`["a\nb\r\nc"]`], ["1 a", "1 b", "1 c"]],
    [
      "one at its end makes none",
      [String.raw`["a\n", "b\r\n", "c\n\n"]`],
      ["1 a", "1 b", "1 c", "1 "],
    ],
    ["each has its own line's number", ["[", '"a",', '"b"]'], ["2 a", "3 b"]],
    ["letters beyond ASCII", ['["é\u4e2d"]'], ["1 é\u4e2d"]],
    ["what is no JSON text gives nothing", [String.raw`["\x", "a"]`], ["1 a"]],
    ["a text over two lines, put together", ['["a', 'b"]'], ["1 ab"]],
  ])("%s", (_, lines, found) => {
    expect(said(lines)).toEqual(found);
  });

  test("a text of 16 MiB with its quotes is read, a longer one is not, nor hides the next", () => {
    const most = 16 * 1024 * 1024;
    const lengths = [most - 2, most - 1].map((length) => {
      return said([`["${"x".repeat(length)}", "after"]`]).map((text) => text.length - 2);
    });
    expect(lengths).toEqual([[most - 2, 5], [5]]);
  });

  test("a file of nothing but brackets is held to 1,000 levels", () => {
    const most = 1000;
    expect(said([`${"[".repeat(most - 1)}{"k": "v"}`])).toEqual([]);
    // One level more is not kept: what is outermost of those kept decides.
    expect(said([`${"[".repeat(most)}{"v"`])).toEqual(["1 v"]);
  });
});

describe("a notebook is told by its cells", () => {
  test.each<[string, string[], boolean]>([
    ["a cell's type", ["{", ' "cells": [', '  "cell_type": "code",'], true],
    ["its cells on one line", ['{"cells": [{}]}'], true],
    ["cells with a blank before the list", ["{", '"cells":  [],'], true],
    ["blanks before the first brace", ["  {  ", '"cell_type":"code"'], true],
    ["no brace first", ["[", '"cell_type":"code"'], false],
    ["words behind the brace", ["{cells", '"cell_type":"code"'], false],
    ["an object of other keys", ["{", '"rows": ["cell_type"]'], false],
    ["nothing", [], false],
  ])("%s", (_, texts, is) => {
    expect(areJsonStrings(texts)).toBe(is);
  });
});
