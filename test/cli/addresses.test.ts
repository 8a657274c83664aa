/**
 * Logs that are elsewhere: a history server's address in the forms people paste, a login page, and
 * object stores.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { respark } from "./run-respark.ts";

const root = join(import.meta.dirname, "../..");
const id = "app-20261121023659-0000";
const log = readFileSync(join(root, `fixtures/runs/s35-f-base-dbg/${id}.lz4`));
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const asked: string[] = [];
let server: Server;
let at = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    if (request.url?.startsWith("/login") === true) {
      response.writeHead(200, { "content-type": "text/html;charset=utf-8" });
      response.end("<html>who are you?</html>");
    } else if (request.url?.includes(id) === true) {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(log);
    } else {
      response.writeHead(404);
      response.end("unknown app");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  at = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe("the address of an application on a history server", () => {
  test.each([
    { pasted: `/history/${id}/`, get: `/api/v1/applications/${id}/logs` },
    { pasted: `/history/${id}/2/jobs/job/?id=3`, get: `/api/v1/applications/${id}/2/logs` },
    {
      pasted: `/gateway/spark/history/${id}/executors/`,
      get: `/gateway/spark/api/v1/applications/${id}/logs`,
    },
    { pasted: `/api/v1/applications/${id}/1`, get: `/api/v1/applications/${id}/1/logs` },
  ])("$pasted is replayed from $get", async ({ pasted, get }) => {
    asked.length = 0;
    const output = join(scratch, "app.duckdb");
    const { code, stderr, stdout } = await respark([
      "replay",
      `${at}${pasted}`,
      "-o",
      output,
      "--overwrite",
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(id);
    expect(asked).toEqual([`GET ${get}`]);
  });

  test("that leads to a login page is answered with the pipe to use, exit 3", async () => {
    const { code, stderr } = await respark(["replay", `${at}/login/history/${id}/`]);
    expect(code).toBe(3);
    expect(stderr).toContain("most likely a login");
    expect(stderr).toContain("curl -fsSL --negotiate");
  });

  test("of an unknown application, or where nothing listens, is exit 3", async () => {
    const unknown = await respark(["replay", `${at}/history/app-1/`]);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain("404 : unknown app");
    const nothing = await respark(["replay", `http://127.0.0.1:9/history/${id}/`]);
    expect(nothing.code).toBe(3);
    expect(nothing.stderr).toContain("does not answer");
  });
});

test.each([
  {
    path: "s3a://bucket/logs/app-1",
    command: "aws s3 cp --recursive s3://bucket/logs/app-1 logs/",
  },
  { path: "gs://bucket/app-1", command: "gcloud storage cp -r gs://bucket/app-1 logs/" },
  { path: "hdfs:///spark/app-1", command: "hdfs dfs -get hdfs:///spark/app-1 logs/" },
  { path: "dbfs:/logs/1", command: "databricks fs cp -r dbfs:/logs/1 logs/" },
  {
    path: "abfss://c@acc.dfs.core.windows.net/x",
    command: "azcopy copy --recursive 'https://acc.dfs.core.windows.net/c/x' logs/",
  },
])("$path is answered with the command that copies it, exit 2", async ({ path, command }) => {
  const { code, stderr } = await respark(["replay", path]);
  expect(code).toBe(2);
  expect(stderr).toContain(command);
});
