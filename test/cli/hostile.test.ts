/**
 * Texts of a log that would steer a terminal, a page or a table reach no output of any command as
 * they are.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { processHost } from "@respark/cli";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { databasesAt } from "../../packages/cli/src/mcp/databases.ts";
import { serverOf } from "../../packages/cli/src/mcp/run-mcp.ts";
import { hostileLog, STEERING } from "./hostile-log.ts";
import { replayed, respark } from "./run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const at = (name: string): string => join(scratch, name);
const database = at("app.duckdb");
const log = at("app-hostile");
const app = ["--app", "app-20261121023418-0000"];

const answer = z.object({ content: z.array(z.object({ text: z.string() })) });

beforeAll(async () => {
  writeFileSync(log, hostileLog());
  await replayed([log, "-o", database]);
  await respark(["baseline", database, ...app, "-o", at("good.json")]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

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
  ["schema"],
  ["report", database, ...app, "-o", at("page.html")],
  ["report", database, "-o", `${at("pages")}/`],
  ["check", database, ...app, "--baseline", at("good.json")],
  ["check", database, ...app, "--baseline", at("good.json"), "--json"],
  ["check", database, ...app, "--baseline", at("good.json"), "--junit", at("j.xml")],
  ["check", database, ...app, "--baseline", at("good.json"), "--sarif", at("s.json")],
  ["check", database, ...app, "--baseline", at("good.json"), "--markdown", at("m.md")],
  ["check", database, ...app, "--baseline", at("good.json"), "--report", at("c.html")],
  ["check", database, ...app, "--baseline", at("good.json"), "--github"],
  ["diff", database, database, ...app],
  ["diff", database, database, ...app, "--json"],
  ["whatif", database, ...app, "--set", "spark.executor.memory=2g"],
  ["whatif", database, ...app, "--set", "spark.executor.memory=2g", "--json"],
  ["size", database, ...app],
  ["size", database, ...app, "--json"],
  ["export", database, "--format", "perfetto", "-o", at("traces")],
  ["export", database, "--format", "parquet", "-o", at("parquet")],
  ["export", database, "--format", "arrow", "-o", at("arrow")],
  ["export", database, "--format", "csv", "-o", at("csv")],
])("%s %s %s %s %s %s %s %s", async (...args) => {
  const { code, stdout, stderr } = await respark(args);
  expect({ code, stderr }).not.toMatchObject({ code: 70 });
  expect(STEERING.exec(stdout)?.index).toBeUndefined();
  expect(STEERING.exec(stderr)?.index).toBeUndefined();
});

test("a terminal is shown none in CSV, which is exact elsewhere", async () => {
  const shown: string[] = [];
  const write = (text: string | Uint8Array): Promise<void> => {
    shown.push(String(text));
    return Promise.resolve();
  };
  const args = ["query", database, "from stages", "--format", "csv"];
  await respark(args, { stdout: { isTerminal: true, columns: 100, write } });
  expect(shown.join("").length).toBeGreaterThan(200);
  expect(STEERING.exec(shown.join(""))?.index).toBeUndefined();
  expect(STEERING.test((await respark(args)).stdout)).toBe(true);
});

test("an assistant is told none", async () => {
  const databases = await databasesAt(processHost(), database);
  const client = new Client({ name: "test", version: "0" });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([serverOf(databases).connect(there), client.connect(here)]);
  const asked = { app: "app-20261121023418-0000" };
  for (const [name, given] of Object.entries({
    list_applications: {},
    verdict: asked,
    story: { ...asked, about: "executor", which: "0" },
    query: { sql: "select name, details from stages" },
    schema: { names: ["stages"] },
  })) {
    const { content } = answer.parse(await client.callTool({ name, arguments: given }));
    const text = content.map((part) => part.text).join("");
    expect({ name, found: STEERING.exec(text)?.index }).toEqual({ name, found: undefined });
    expect(text.length).toBeGreaterThan(20);
  }
  await client.close();
  databases.close();
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
