/**
 * `respark mcp`, driven by the protocol's own client: it answers, refuses what is not a question,
 * and ends with its client.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { commandLine } from "../tested-bundle.ts";
import { replayed, respark } from "./run-respark.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
const client = new Client({ name: "test", version: "0" });
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [...commandLine(), "mcp", scratch],
});

beforeAll(async () => {
  await replayed([join(root, "fixtures/runs/s35-f-base-dbg"), "-o", database]);
  await client.connect(transport);
});
afterAll(async () => {
  await client.close();
  rmSync(scratch, { recursive: true, force: true });
});

const result = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.object({ text: z.string() })).length(1),
});

async function call(name: string, given: Record<string, unknown> = {}) {
  const { content, isError } = result.parse(await client.callTool({ name, arguments: given }));
  return { text: content[0]?.text ?? "", isError: isError ?? false };
}

describe("an assistant", () => {
  test("is offered read-only tools", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "list_applications",
      "verdict",
      "story",
      "query",
      "schema",
    ]);
    for (const { annotations } of tools) expect(annotations?.readOnlyHint).toBe(true);
  });

  test("lists the applications, hears the verdict, one story and the schema", async () => {
    expect((await call("list_applications")).text).toContain("app-20261121023659-0000");
    expect((await call("verdict")).text).toContain("eviction");
    expect((await call("story", { about: "eviction", which: "1" })).text).toContain("executor-");
    expect((await call("schema", { names: ["eviction_ledger"] })).text).toContain("_bytes");
  });

  test("asks SQL, and gets as many rows as it can read", async () => {
    const { text } = await call("query", { sql: "select * from range(1000)" });
    const { rows, note } = z
      .object({ rows: z.array(z.unknown()), note: z.string() })
      .parse(JSON.parse(text));
    expect(rows.length).toBe(200);
    expect(note).toContain("limit");
    expect((await call("query", { sql: "select * from range(200)" })).text).not.toContain("note");
  });

  test.each([
    { sql: "create table x (a int)" },
    { sql: "select * from read_csv('/etc/hostname')" },
    { sql: "attach 'other.duckdb'" },
    { sql: "copy tasks to 'tasks.csv'" },
  ])("is refused $sql, and can go on", async ({ sql }) => {
    expect((await call("query", { sql })).isError).toBe(true);
    expect((await call("query", { sql: "select 42 as n" })).text).toContain("42");
  });

  test("reads what is wrong with its question", async () => {
    expect(await call("story", { about: "eviction", which: "9999" })).toMatchObject({
      isError: true,
    });
    expect((await call("verdict", { database: "other" })).text).toContain("app.duckdb");
    expect((await call("verdict", { app: "no-such" })).text).toContain("app-20261121023659-0000");
  });
});

test("a folder without databases is a usage error before a client connects", async () => {
  const { code, stderr } = await respark(["mcp", join(root, "docs")]);
  expect(code).toBe(2);
  expect(stderr).toContain("respark replay");
});
