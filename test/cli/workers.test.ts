/** replay --workers: the same database, however many processes replay. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "@respark/cli";
import { openDatabase } from "@respark/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorker } from "../../packages/cli/src/worker.ts";
import { commandLine } from "../tested-bundle.ts";
import { respark } from "./run-respark.ts";
import { log, ownId } from "./small-log.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const logs = join(scratch, "logs");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeAll(() => {
  mkdirSync(logs);
  for (let nth = 0; nth < 6; nth += 1) {
    const id = `app-20260101000000-000${nth}`;
    writeFileSync(join(logs, id), log.replaceAll(ownId, id));
  }
  writeFileSync(join(logs, "README"), "nothing of Spark\n");
  // One in which something is found.
  cpSync(join(root, "fixtures/runs/s35-f-base-dbg"), join(logs, "run"), { recursive: true });
});

/** The command line of this program in a clone. */
const workers: Partial<Host> = {
  startWorker: (args) => startWorker([process.execPath, ...commandLine(), ...args]),
};

async function contents(of: string): Promise<[name: string, rows: unknown][]> {
  const database = await openDatabase(of);
  try {
    const names = await database.rows(
      "select table_name as name from duckdb_tables() where table_name not in ('respark_meta') order by 1",
    );
    const all: [name: string, rows: unknown][] = [];
    for (const row of names) {
      const name = String(Object.values(row as object)[0]);
      all.push([
        name,
        await database.rows(
          `select md5(string_agg(t::varchar, chr(10) order by rowid)) as digest, count(*)::int as n from "${name}" t`,
        ),
      ]);
    }
    return all;
  } finally {
    database.close();
  }
}

test("two workers write what one process writes, row after row", async () => {
  const one = join(scratch, "one.duckdb");
  const two = join(scratch, "two.duckdb");
  expect((await respark(["replay", logs, "--resume", "-o", one])).code).toBe(0);
  const { code, stderr } = await respark(
    ["replay", logs, "--resume", "-o", two, "--workers", "2"],
    workers,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const found = await contents(one);
  expect(found).toContainEqual(["findings", [expect.not.objectContaining({ n: 0 })]]);
  expect(await contents(two)).toEqual(found);
});

test("a worker that ends takes the replay with it, and what was done stays for the next", async () => {
  const database = join(scratch, "dead.duckdb");
  const { code, stderr } = await respark(
    ["replay", logs, "--resume", "-o", database, "--workers", "2"],
    { startWorker: () => startWorker([process.execPath, "-e", "process.exit(9)"]) },
  );
  expect(code).toBe(2);
  expect(stderr).toContain("ended before its work was done");
  expect((await respark(["replay", logs, "--resume", "-o", database])).code).toBe(0);
});

test.each(["0", "-1", "2.5", "many", "257"])("--workers %s is refused", async (count) => {
  const { code, stderr } = await respark(["replay", logs, "--workers", count]);
  expect(code).toBe(2);
  expect(stderr).toContain("a whole number from 1 to 256");
});
