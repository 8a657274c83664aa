/**
 * Texts of a log that would steer a terminal, a page or a table reach no output of any command as
 * they are.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const at = (name: string): string => join(scratch, name);
const database = at("app.duckdb");
const log = at("app-hostile");
/** Colours, OSC 52, a C1 control, marks that reorder, a line end, and a tag. */
const HOSTILE =
  "x\u001b[31m\u001b]52;c;eA==\u0007\u009b2J\u202e\u2066\u0000\r<script>alert(1)</script>";
const CHOSEN = /"(App Name|Stage Name|Name|Callsite|Details|Host|User|description)":"[^"]*"/g;
const app = ["--app", "app-20261121023418-0000"];

beforeAll(async () => {
  const file = join(import.meta.dirname, "../../fixtures/event-logs/spark-3.5.6.jsonl");
  const text = readFileSync(file, "utf8");
  const hostile = JSON.stringify(HOSTILE);
  writeFileSync(
    log,
    text.replace(CHOSEN, (_, key: string) => `"${key}":${hostile}`),
  );
  await replayed([log, "-o", database]);
  await respark(["baseline", database, ...app, "-o", at("good.json")]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What no output may hold; a line end is its own. */
const STEERING = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

test.each([
  ["replay", log, "-o", at("again.duckdb")],
  ["replay", log, "-o", at("json.duckdb"), "--json"],
  ["inspect", log],
  ["inspect", log, "--full"],
  ["inspect", log, "--json"],
  ["explain", database],
  ["explain", database, ...app],
  ["explain", database, ...app, "--json"],
  ["query", database, "from stages"],
  ["query", database, "from stages", "--format", "json"],
  ["query", database, "from stages", "--format", "ndjson"],
  ["query", database, "from stages", "--format", "markdown"],
  ["report", database, ...app, "-o", at("page.html")],
  ["report", database, "-o", `${at("pages")}/`],
  ["check", database, ...app, "--baseline", at("good.json")],
  ["check", database, ...app, "--baseline", at("good.json"), "--json"],
  ["check", database, ...app, "--baseline", at("good.json"), "--junit", at("j.xml")],
  ["check", database, ...app, "--baseline", at("good.json"), "--sarif", at("s.json")],
  ["check", database, ...app, "--baseline", at("good.json"), "--markdown", at("m.md")],
  ["diff", database, database, ...app],
  ["whatif", database, ...app, "--set", "spark.executor.memory=2g"],
  ["size", database, ...app],
  ["export", database, "--format", "perfetto", "-o", at("traces")],
])("%s %s %s %s %s %s %s %s", async (...args) => {
  const { code, stdout, stderr } = await respark(args);
  expect({ code, stderr }).not.toMatchObject({ code: 70 });
  expect(STEERING.exec(stdout)?.index).toBeUndefined();
  expect(STEERING.exec(stderr)?.index).toBeUndefined();
});

test("no file that they wrote holds one", () => {
  const files = readdirSync(scratch, { recursive: true })
    .map(String)
    .filter((name) => /\.(?:html|xml|md|json)$/.test(name) && statSync(at(name)).isFile());
  expect(files.length).toBeGreaterThan(6);
  for (const name of files) {
    const text = readFileSync(at(name), "utf8");
    expect({ name, found: STEERING.exec(text)?.index }).toEqual({ name, found: undefined });
    const runs = name.endsWith(".html") && text.includes("<script>alert(1)");
    expect({ name, runs }).toEqual({ name, runs: false });
  }
});
