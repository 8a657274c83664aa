import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fc, seed } from "./seeded.ts";

const root = join(import.meta.dirname, "..");

test("properties draw the same examples in every run, unless another seed is asked for", () => {
  expect(fc.sample(fc.integer(), 5)).toEqual(fc.sample(fc.integer(), { seed, numRuns: 5 }));
});

test("no test takes fast-check past its seed", () => {
  const strays = ["packages", "test"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
        join(folder, path),
      ),
    )
    .filter((path) => path.endsWith(".ts") && !/node_modules|\/dist\//.test(path))
    .filter((path) => !path.startsWith("test/seeded."))
    .filter((path) => /from "fast-check";/.test(readFileSync(join(root, path), "utf8")));
  expect(strays).toEqual([]);
});
