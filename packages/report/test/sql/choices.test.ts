/** Which of several rows a view or a finding shows: ties have an order, so that answers repeat. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const sources = join(import.meta.dirname, "../../src");
/** No two rows of a group have the same one. */
const UNIQUE = /^(?:\w\.)?(?:seq|ordinal|rank|place|rdd_id|job_id)$/;
/** It names the value that it orders by. */
const ITSELF = /^case origin when/;

/** What each `arg_max` and `arg_min` of a text orders by. */
function ordersOf(text: string): string[] {
  return [...text.matchAll(/\barg_(?:max|min)\(/g)].map((found) => {
    let depth = 1;
    let comma = 0;
    let at = found.index + found[0].length;
    for (; depth > 0 && at < text.length; at++) {
      if (text[at] === "(") depth++;
      else if (text[at] === ")") depth--;
      else if (text[at] === "," && depth === 1) comma = at;
    }
    return text.slice(comma + 1, at - 1).trim();
  });
}

test("the order of a choice is read from SQL", () => {
  expect(ordersOf("select arg_max(a, (b, -c)), arg_min(f(a, 1) or g, seq) from t")).toEqual([
    "(b, -c)",
    "seq",
  ]);
});

test.each(["sql/views", "explain/findings", "explain/stories"])(
  "%s: no tie is left open",
  (folder) => {
    const open = readdirSync(join(sources, folder))
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) =>
        ordersOf(readFileSync(join(sources, folder, name), "utf8"))
          .filter((order) => !order.startsWith("(") && !UNIQUE.test(order) && !ITSELF.test(order))
          .map((order) => `${name}: ${order}`),
      );
    expect(open).toEqual([]);
  },
);
