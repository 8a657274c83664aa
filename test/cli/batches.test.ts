/** replay-batches: what a task of examples/spark-fleet asks, line by line, and what it finds then. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { duckdb } from "../../packages/report/src/duckdb.ts";
import { commandLine } from "../tested-bundle.ts";
import { replayed, respark } from "./run-respark.ts";
import { log, ownId } from "./small-log.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});
const logs = join(scratch, "logs");
mkdirSync(logs);
const idOf = (nth: number): string => `app-20260101000000-000${nth}`;
const group = (name: string, ...texts: string[]) => ({
  name,
  files: texts.map((text, nth) => {
    const path = join(logs, `${name}-${nth}.log`);
    writeFileSync(path, text);
    const { size, mtimeMs } = statSync(path);
    const modifiedMillis = Math.floor(mtimeMs);
    return { path, name: `s3a://logs/${name}-${nth}`, bytes: size, modifiedMillis };
  }),
});
const application = (nth: number) => group(idOf(nth), log.replaceAll(ownId, idOf(nth)));

const limits = ["--seconds", "600", "--memory", "100000"];

async function batches(...asked: object[]): Promise<unknown[]> {
  const text = asked.map((one) => `${JSON.stringify(one)}\n`).join("");
  async function* stdin() {
    // A line may come in two parts.
    yield await Promise.resolve(Buffer.from(text.slice(0, 9)));
    yield Buffer.from(text.slice(9));
  }
  const { code, stdout, stderr } = await respark(["replay-batches", ...limits], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

async function asked(sql: string): Promise<unknown> {
  const instance = await duckdb.DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const inputs = (directory: string): Promise<unknown> =>
  asked(`select app_id, attempt_id, path, status, reason, exit_code, together, rows > 0
    from read_parquet('${directory}/replayed_inputs/*/*.parquet', hive_partitioning = true)
    order by path`);

test("batches come out as one replay writes them, and each file's row has what the fleet calls it", async () => {
  const tables = join(scratch, "tables");
  const two = [application(0), application(1)];
  const stray = group("", "nothing of Spark\n");
  const [version, ...answers] = await batches(
    { groups: two, directory: tables },
    { groups: [stray], directory: tables },
    { groups: [application(2), group("beside", "nothing of Spark either\n")], directory: tables },
  );
  expect(version).toEqual({ version: expect.any(String) });
  const counts = answers.map((one) => (one as { counts: unknown }).counts);
  expect(counts).toEqual([
    { replayed: 2 },
    { no_application: 1 },
    { replayed: 1, no_application: 1 },
  ]);
  const why = "no Spark application in s3a://logs/-0: neither an event log nor a log of Spark";
  expect(await inputs(tables)).toEqual([
    [null, null, "s3a://logs/-0", "no_application", why, 3, 1, null],
    [idOf(0), "1", `s3a://logs/${idOf(0)}-0`, "replayed", null, 0, 2, true],
    [idOf(1), "1", `s3a://logs/${idOf(1)}-0`, "replayed", null, 0, 2, true],
    [idOf(2), "1", `s3a://logs/${idOf(2)}-0`, "replayed", null, 0, 2, true],
    [null, null, "s3a://logs/beside-0", "no_application", null, 0, 2, null],
  ]);
  expect(
    readdirSync(join(tables, "replayed_inputs/app_id=__HIVE_DEFAULT_PARTITION__")).sort(),
  ).toEqual(["none-.parquet", "none-beside.parquet"]);
  const whole = join(scratch, "whole");
  const paths = two.flatMap(({ files }) => files.map(({ path }) => path));
  await replayed([...paths, "--format", "parquet", "-o", whole]);
  const sums = (directory: string): Promise<unknown> =>
    asked(`select count(*), sum(hash(t::varchar)) from (select columns(c -> c <> 'source_file_id')
      from read_parquet('${directory}/tasks/*/*.parquet', hive_partitioning = true)
      where app_id <> '${idOf(2)}') t`);
  expect(await sums(tables)).toEqual(await sums(whole));
});

test("the end of a process that was asked before is written down, and nothing is read", async () => {
  const tables = join(scratch, "ended");
  const ended = { exitCode: -9, reason: "stopped after 5 s (--seconds)", seconds: 5.1 };
  const answers = await batches({ groups: [application(3)], directory: tables, ended });
  expect(answers.slice(1)).toEqual([{ counts: { failed: 1 }, last: false }]);
  expect(await inputs(tables)).toEqual([
    [idOf(3), "1", `s3a://logs/${idOf(3)}-0`, "failed", ended.reason, -9, 1, null],
  ]);
  expect(readdirSync(tables)).toEqual(["replayed_inputs"]);
});

/** The command as a process of its own, before which this is loaded; what it says, and its end. */
async function apart(preload: string, options: readonly string[]): Promise<unknown[]> {
  const loaded = ["--import", `data:text/javascript,${encodeURIComponent(preload)}`];
  const command = [...commandLine(), "replay-batches", ...options];
  const limited = { timeout: 100_000, killSignal: "SIGKILL" } as const;
  const child = spawn(process.execPath, [...loaded, ...command], limited);
  let said = "";
  child.stderr.on("data", (part) => {
    said += String(part);
  });
  child.stdout.resume();
  child.stdin.write(`${JSON.stringify({ groups: [application(4)], directory: scratch })}\n`);
  const [code, signal] = (await once(child, "close")) as unknown[];
  return [said, code, signal];
}

test("a batch that hangs, or takes too much memory, ends the process and says why", async () => {
  const hangs = `import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { openSync } = fs;
    fs.openSync = (path, ...more) => {
      if (String(path).includes("${idOf(4)}"))
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return openSync(path, ...more);
    };
    syncBuiltinESMExports();`;
  expect(await apart(hangs, ["--seconds", "1", "--memory", "100000"])).toEqual([
    "stopped after 1 s (--seconds)\n",
    null,
    "SIGKILL",
  ]);
  const [said, , signal] = await apart("", ["--seconds", "600", "--memory", "50"]);
  expect(signal).toBe("SIGKILL");
  expect(said).toMatch(/^stopped at \d+ MB of memory \(--memory 50\)\n$/);
});
