/** Under which name a resumed replay reads a file again. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { asNamed } from "../src/replay/resumed-inputs.ts";

test("a file below a named folder, or named itself, is called as it was before", () => {
  const file = resolve("logs/a/app-1");
  expect(asNamed(file, ["logs"])).toBe("logs/a/app-1");
  expect(asNamed(file, ["logs/"])).toBe("logs/a/app-1");
  expect(asNamed(file, ["other", "logs/a/app-1"])).toBe("logs/a/app-1");
  expect(asNamed(file, [resolve("logs")])).toBe(file);
  expect(asNamed(file, ["log"])).toBe(file);
});
