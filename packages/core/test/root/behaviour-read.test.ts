/** No field of `SparkBehaviour` stands for nothing: each is read where Spark's versions differ. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { behaviourOf } from "../memory/world.ts";

const root = join(import.meta.dirname, "../../../..");
/** The oracle reads how sizes are worded. */
const folders = ["packages/core/src", "packages/events/src", "test/oracle"];

test("every field is read outside its own file", () => {
  const texts = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith("spark-behaviour.ts"))
      .map((path) => readFileSync(join(root, folder, path), "utf8")),
  );
  const all = new Set(texts.join("\n").match(/\w+/g));
  const fields = Object.keys(behaviourOf("4.1.1"));
  expect(fields.length).toBeGreaterThan(40);
  expect(fields.filter((field) => !all.has(field))).toEqual([]);
});
