/**
 * What a report costs, beside its bars (`pnpm bench:page`, after `pnpm build`): size, time and
 * memory of writing, and in Chromium the verdict, the whole page, and frames of a zoom.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { openBrowser } from "./chromium.ts";
import { type LargeRun, writeLargeRun } from "./made-runs.ts";

const root = join(import.meta.dirname, "../..");
const bin = join(root, "packages/cli/dist/bin.js");
/** The large database is kept: it takes a minute to make. */
const folder = join(tmpdir(), "respark-bench-page");
const file = (name: string): string => join(folder, name);
const LARGE = { executors: 100, tasksEach: 2000, stepsEach: 10_000, blockEventsEach: 3000 };
const WIDE = { executors: 1000, tasksEach: 36, stepsEach: 200, blockEventsEach: 30 };
/** Commands and openings are repeated, and the best is given: a busy machine is no slower page. */
const TIMES = 5;

interface Cost {
  readonly cpuMillis: number;
  readonly wallMillis: number;
  readonly bytesMost: number;
}

const TELL = `data:text/javascript,process.on("exit",()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();process.stderr.write("\\ncost "+(u+s)/1e3+" "+m*1024+"\\n")})`;

function costOf(args: readonly string[]): Cost {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--import", TELL, bin, ...args], {
    encoding: "utf8",
  });
  const [, cpu, most] = /^cost (\S+) (\d+)$/m.exec(stderr) ?? [];
  if (status !== 0) throw new Error(`respark ${args.join(" ")} ended with ${status}: ${stderr}`);
  const wallMillis = performance.now() - began;
  return { cpuMillis: Number(cpu), wallMillis, bytesMost: Number(most) };
}

function bestOf(args: readonly string[], times: number): Cost {
  const costs = Array.from({ length: times }, () => costOf(args));
  const least = (of: (cost: Cost) => number): number => Math.min(...costs.map(of));
  return {
    cpuMillis: least(({ cpuMillis }) => cpuMillis),
    wallMillis: least(({ wallMillis }) => wallMillis),
    bytesMost: least(({ bytesMost }) => bytesMost),
  };
}

interface Shown {
  readonly paint: number;
  readonly usable: number;
  readonly longestTask: number;
  readonly frames: readonly number[];
  readonly intervals: readonly number[];
  readonly nodes: number;
}

/** Usable: every picture in sight is painted with the worst executor's data, and keys are heard. */
const WATCH = `globalThis.watched = { longest: 0 };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration);
}).observe({ type: "longtask", buffered: true });
(function look() {
  if (globalThis.respark?.painted()) watched.usable = performance.now();
  else setTimeout(look, 2);
})();`;

/** 60 steps of a zoom into the middle and out again, one each frame. */
const ZOOM = `(async () => {
  const { meta, setRange, frames } = respark;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  frames.length = 0;
  const intervals = [];
  let before = await frame();
  for (let step = 0; step < 60; step++) {
    const half = (meta.span / 2) * 0.93 ** (step < 30 ? step : 60 - step);
    setRange(meta.span / 2 - half, meta.span / 2 + half);
    const now = await frame();
    intervals.push(now - before);
    before = now;
  }
  return { frames: [...frames], intervals: intervals.slice(1) };
})()`;

async function shown(browser: Browser, html: string): Promise<Shown> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(pathToFileURL(html).href);
  while ((await page.evaluate("watched.usable === undefined")) === true) {
    await page.waitForTimeout(20);
  }
  const opened: Omit<Shown, "frames" | "intervals"> = await page.evaluate(
    `({ usable: watched.usable, longestTask: watched.longest,
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1,
      nodes: document.querySelectorAll("*").length })`,
  );
  await page.locator("#overview").scrollIntoViewIfNeeded();
  await page.keyboard.press("2");
  await page.waitForTimeout(300);
  const zoomed: Pick<Shown, "frames" | "intervals"> = await page.evaluate(ZOOM);
  await context.close();
  return { ...opened, ...zoomed };
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

const over: string[] = [];

function tell(what: string, value: number, bar: number | undefined, unit: string): void {
  const digits = value < 10 ? 2 : 0;
  const words = `${what}: ${value.toFixed(digits)} ${unit}`;
  const isOver = bar !== undefined && !(value <= bar);
  if (isOver) over.push(words);
  const against = bar === undefined ? "" : ` (at most ${bar})${isOver ? " OVER" : ""}`;
  process.stdout.write(`${words}${against}\n`);
}

async function tellShown(browser: Browser, name: string): Promise<void> {
  const loads: Shown[] = [];
  for (let load = 0; load < TIMES; load++) loads.push(await shown(browser, file(`${name}.html`)));
  const least = (of: (load: Shown) => number): number => Math.min(...loads.map(of));
  tell(
    `${name}, verdict on screen`,
    least(({ paint }) => paint),
    300,
    "ms",
  );
  tell(
    `${name}, whole page usable`,
    least(({ usable }) => usable),
    1500,
    "ms",
  );
  tell(
    `${name}, longest task`,
    least(({ longestTask }) => longestTask),
    undefined,
    "ms",
  );
  tell(
    `${name}, elements`,
    least(({ nodes }) => nodes),
    undefined,
    "",
  );
  for (const part of [0.5, 0.95]) {
    const words = `${name}, zoom, ${part === 0.5 ? "middle" : "95 of 100"}`;
    tell(
      `${words}: painting`,
      least(({ frames }) => share(frames, part)),
      33,
      "ms",
    );
    tell(
      `${words}: frame to frame`,
      least(({ intervals }) => share(intervals, part)),
      33.4,
      "ms",
    );
  }
}

/** Kept under a name that tells how it was made. */
async function made(name: string, run: LargeRun): Promise<string> {
  const path = file(`${name}${JSON.stringify(run).replace(/\W+/g, "-")}.duckdb`);
  if (existsSync(path)) return path;
  rmSync(file("making.duckdb"), { force: true });
  await writeLargeRun(file("making.duckdb"), run);
  renameSync(file("making.duckdb"), path);
  return path;
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const small = file("small.duckdb");
  costOf(["replay", join(root, "fixtures/runs/s35-f-base-dbg"), "-o", small, "--overwrite"]);
  const report = ["report", small, "-o", file("small.html"), "--overwrite"];
  const [written, explained] = [bestOf(report, TIMES), bestOf(["explain", small], TIMES)];
  tell("small, file", statSync(file("small.html")).size / 1000, 400, "kB");
  tell("small, written", written.cpuMillis, undefined, "ms CPU");
  tell("small, explain", explained.cpuMillis, undefined, "ms CPU");
  tell("small, CPU beside explain's", written.cpuMillis / explained.cpuMillis, 2, "×");
  tell("small, time beside explain's", written.wallMillis / explained.wallMillis, 2, "×");
  costOf(["report", await made("wide", WIDE), "-o", file("wide.html"), "--overwrite"]);
  tell("1,000 executors, file", statSync(file("wide.html")).size / 1000, 3000, "kB");
  const large = await made("large", LARGE);
  const cost = bestOf(["report", large, "-o", file("large.html"), "--overwrite"], 2);
  tell("large, file", statSync(file("large.html")).size / 1000, 3000, "kB");
  tell("large, written", cost.wallMillis / 1000, 10, "s");
  tell("large, written", cost.cpuMillis / 1000, undefined, "s CPU");
  tell("large, memory", cost.bytesMost / 1e6, 500, "MB");
  const browser = await openBrowser();
  try {
    for (const name of ["small", "large"]) await tellShown(browser, name);
  } finally {
    await browser.close();
  }
  process.stdout.write(over.length === 0 ? "all within their bars\n" : `${over.length} over\n`);
  process.exitCode = over.length === 0 ? 0 : 1;
}

await main();
