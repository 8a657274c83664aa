/** A signal ends the process at once, and what must not outlive it is removed first. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const host = join(import.meta.dirname, "../src/host.ts");
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "respark-signals-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process with a host, which has run the script and then said so. */
async function begun(script: string): Promise<ChildProcess> {
  const file = join(folder, "script.mts");
  const text = `import { processHost } from ${JSON.stringify(host)};
    const host = processHost();
    ${script}`;
  writeFileSync(file, text);
  const child = spawn(
    process.execPath,
    ["--conditions=@respark/source", "--import", import.meta.resolve("tsx"), file],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: folder, TSX_DISABLE_CACHE: "1" },
    },
  );
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

/** Also of all that write where it writes. */
async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const ended = new Promise((resolve) => {
    child.on("close", (code, by) => {
      resolve(by ?? code);
    });
  });
  child.kill(signal);
  return await ended;
}

const computing = `process.stdout.write("ready"); setTimeout(() => { for (;;); }, 0);`;
const waiting = `process.stdout.write("ready"); setInterval(() => {}, 1000);`;

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends a process that computes and never listens",
  async (signal) => {
    expect(await endOf(await begun(computing), signal)).toBe(signal);
  },
);

test("what was left behind and forgotten again holds no signal up, and stays", async () => {
  const kept = join(folder, "kept");
  writeFileSync(kept, "whole");
  const child = await begun(
    `host.leavesBehind(${JSON.stringify(kept)})(); host.scratch().remove().then(() => { ${computing} });`,
  );
  expect(await endOf(child, "SIGTERM")).toBe("SIGTERM");
  expect(existsSync(kept)).toBe(true);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s removes files and folders that must not stay",
  async (signal) => {
    const partial = join(folder, "x.duckdb.partial");
    const spilled = join(folder, "spilled");
    writeFileSync(partial, "half");
    mkdirSync(spilled);
    writeFileSync(join(spilled, "block"), "half");
    const child = await begun(
      `host.leavesBehind(${JSON.stringify(partial)}); host.leavesBehind(${JSON.stringify(spilled)}); host.scratch(); ${waiting}`,
    );
    expect(await endOf(child, signal)).toBe(signal);
    expect(readdirSync(folder).filter((name) => !name.startsWith("tsx-"))).toEqual(["script.mts"]);
  },
);

test("workers end with the process that started them", async () => {
  const child = await begun(`
    if (host.args[0] === "worker") {
      process.stdin.on("data", () => process.stdout.write("{}\\n"));
      setInterval(() => {}, 1000);
    } else {
      host.scratch();
      await host.startWorker(["worker"]).ask("{}");
      ${waiting}
    }`);
  // Its standard error is the worker's too: open until both have ended.
  expect(await endOf(child, "SIGTERM")).toBe("SIGTERM");
});
