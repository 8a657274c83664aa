/** Asking the command wrongly, or for help. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { respark } from "./run-respark.ts";

test("--help shows examples and exit codes on standard output and ends well", async () => {
  const { code, stdout, stderr } = await respark(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Examples:");
  expect(stdout).toContain("Exit codes:");
  expect(stderr).toBe("");
});

test("every command has help with an example", async () => {
  const { stdout } = await respark(["--help"]);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map((match) => match[1] ?? "");
  expect(names).toEqual(expect.arrayContaining(["replay", "inspect", "query", "export", "schema"]));
  for (const name of names) {
    const help = await respark([name, "--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(new RegExp(`Examples?:\\n +respark ${name}`));
  }
});

test("--version prints the version of the package", async () => {
  const manifest = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../packages/cli/package.json"), "utf8"),
  ) as { version: string };
  expect((await respark(["--version"])).stdout).toBe(`${manifest.version}\n`);
});

test.each([
  { asked: ["replya", "logs"], answer: "Did you mean replay?" },
  { asked: ["replay"], answer: "missing required argument" },
  { asked: ["replay", "logs", "--overwite"], answer: "Did you mean --overwrite?" },
  { asked: ["query", "x.duckdb", "select 1", "--format", "xml"], answer: "table, csv, json" },
])(
  "$asked is answered on standard error with what would work, exit 2",
  async ({ asked, answer }) => {
    const { code, stdout, stderr } = await respark(asked);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(answer);
    expect(stderr).not.toMatch(/\n\s+at /);
  },
);

test("a leading -- is dropped, as pnpm hands it on", async () => {
  expect((await respark(["--", "--version"])).code).toBe(0);
});
