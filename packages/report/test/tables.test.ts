/** Tables say what they hold, and hold all of a row. */
import { expect, test } from "vitest";
import { tables } from "../src/tables/index.ts";
import { keyColumns } from "../src/tables/table.ts";
import { rowsByHand } from "./rows-by-hand.ts";

const all = Object.values(tables).map(({ name, comment, columns }) => {
  return { name, comment, columns: [...keyColumns, ...columns].map((column) => ({ ...column })) };
});

test.each(all)("$name and each of its columns say what they mean", ({ comment, columns }) => {
  expect(comment).toMatch(/^A row is .*\.$/);
  expect(columns.filter((column) => column.comment.length <= 3)).toEqual([]);
});

test.each(all)(
  "columns of $name are named in snake_case, once each, and bytes say so",
  ({ columns }) => {
    const names = columns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const wrong = columns.filter(({ name, type, comment }) => {
      if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)) return true;
      if (/_bytes(?:_min|_max)?$/.test(name))
        return type !== "BIGINT" || !comment.includes("bytes");
      if (name.endsWith("_ms")) return !/\bms\b|milliseconds/.test(comment);
      return type === "TIMESTAMP" && !comment.includes("UTC");
    });
    expect(wrong).toEqual([]);
  },
);

test.each(Object.keys(tables).map((name) => ({ name })))(
  "$name has a column for every field of its row",
  ({ name }) => {
    const row = rowsByHand[name as keyof typeof rowsByHand];
    const read = new Set<string>();
    const watch = (part: object, path: string): object =>
      new Proxy(part, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key);
          read.add(`${path}${String(key)}`);
          if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
          return watch(value, `${path}${String(key)}.`);
        },
      });
    const watched = watch(row, "");
    const empty = tables[name as keyof typeof tables].columns.filter((column) => {
      return Reflect.apply(column.value, undefined, [watched]) === undefined;
    });
    expect(empty.map((column) => column.name)).toEqual([]);
    const fields = (part: object, path: string): string[] =>
      Object.entries(part).flatMap(([key, value]) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? [`${path}${key}`, ...fields(value, `${path}${key}.`)]
          : [`${path}${key}`],
      );
    expect(fields(row, "").filter((field) => !read.has(field))).toEqual([]);
  },
);
