/** Reports in a real browser: they say what SQL says, keep names as text, ask no network. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationInWords } from "@respark/core";
import { openDatabase } from "@respark/report";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "../cli/run-respark.ts";
import { chromiumIsThere, holds, openBrowser, openFile, seriousIn, settled } from "./chromium.ts";
import { HOSTILE, writeLargeRun, writeTroubledRun } from "./made-runs.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const folder = mkdtempSync(join(tmpdir(), "respark-page-"));
const file = (name: string): string => join(folder, name);

/** How the six databases come to be. */
const MADE: Readonly<Record<string, (path: string) => Promise<void>>> = {
  small: async (path) => {
    await replayed([join(runs, "s35-f-base-dbg"), "-o", path]);
    const sweep = ["--sweep", "spark.executor.memory=512m..1g:128m", "--draws", "10"];
    await respark(["whatif", path, ...sweep, "-o", path]);
  },
  thrash: (path) => replayed([join(runs, "s40-a2-base-dbg"), "-o", path]),
  eventlog: (path) => {
    const log = join(runs, "s35-g-base-dbg", "app-20261121023728-0000");
    return replayed([log, "-o", path]);
  },
  // As Spark writes it by default: without block updates.
  bare: (path) => {
    const log = "app-20261121023728-0000";
    const lines = readFileSync(join(runs, "s35-g-base-dbg", log), "utf8").split("\n");
    const bare = lines
      .filter((line) => !line.includes("SparkListenerBlockUpdated"))
      .map((line) => line.replace(/(logBlockUpdates\.enabled":)"true"/, '$1"false"'));
    expect(bare.length).toBeLessThan(lines.length);
    writeFileSync(file(log), bare.join("\n"));
    return replayed([file(log), "-o", path]);
  },
  troubled: writeTroubledRun,
  large: (path) =>
    writeLargeRun(path, { executors: 100, tasksEach: 2000, stepsEach: 1000, blockEventsEach: 0 }),
};
const names = Object.keys(MADE);
/** Nothing to open where no browser is: the test below says so. */
const inBrowser = chromiumIsThere ? names : [];

let browser: Browser | undefined;

beforeAll(async () => {
  for (const [name, make] of Object.entries(MADE)) {
    await make(file(`${name}.duckdb`));
    const { code, stderr } = await respark([
      "report",
      file(`${name}.duckdb`),
      "-o",
      file(`${name}.html`),
    ]);
    if (code !== 0) throw new Error(`report of ${name} ended with ${code}: ${stderr}`);
  }
  if (chromiumIsThere) browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function opened(): Browser {
  if (browser === undefined) throw new Error("no browser was opened");
  return browser;
}

/** An expression's value in the page; the page's own objects are named `respark`. */
async function valueIn<Value>(page: Page, expression: string): Promise<Value> {
  const text = await page.evaluate<string>(
    `(async () => JSON.stringify(${expression}) ?? "null")()`,
  );
  const value: Value = JSON.parse(text);
  return value;
}

async function asked(name: string, sql: string): Promise<Readonly<Record<string, unknown>>[]> {
  const database = await openDatabase(file(`${name}.duckdb`));
  try {
    return [...(await database.rows(sql))];
  } finally {
    database.close();
  }
}

test(`pages in a browser: ${chromiumIsThere ? "Chromium is there" : "left out, Chromium is not there"}`, () => {
  expect(names.length).toBe(6);
});

test.each(inBrowser)(
  "%s: it renders without an error and asks nothing of anybody",
  async (name) => {
    const { page, trouble } = await openFile(opened(), file(`${name}.html`));
    expect(await page.locator("h1").innerText()).not.toBe("");
    const painted = await valueIn<number>(
      page,
      `(() => { const c = document.getElementById("memory");
       const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
       return new Set(new Uint32Array(data.buffer)).size; })()`,
    );
    expect(painted).toBeGreaterThan(20);
    expect(trouble).toEqual([]);
    await page.context().close();
  },
);

interface Reading {
  readonly seq: number;
  readonly storage: readonly (number | null)[];
  readonly execution: readonly (number | null)[];
}

const BOUNDS = "({ best, min, max }) => [best, min, max]";

test.each(chromiumIsThere ? ["small", "thrash", "eventlog"] : [])(
  "%s: the numbers at the crosshair are those of SQL",
  async (name) => {
    const { page } = await openFile(opened(), file(`${name}.html`));
    const rows = await asked(
      name,
      `select executor_id, seq::integer as seq, epoch_us(ts)::double + 1 as t,
         [storage_used_bytes::double, storage_used_bytes_min::double,
          storage_used_bytes_max::double] as storage,
         [execution_used_bytes::double, execution_used_bytes_min::double,
          execution_used_bytes_max::double] as execution
       from memory_timeline where mode = 'on_heap' and end_ts > ts + interval 2 microsecond
       order by hash(seq, executor_id) limit 50`,
    );
    expect(rows.length).toBe(50);
    const moments = JSON.stringify(rows.map(({ executor_id: id, t }) => [id, t]));
    const read = await valueIn<Reading[]>(
      page,
      `await Promise.all(${moments}.map(async ([id, t]) => {
         const { meta } = respark;
         const executor = meta.executors.findIndex((each) => each.id === id);
         const { seq, storage, execution } =
           await respark.read(executor, "on_heap", (t - meta.start) / meta.unit);
         return { seq, storage: (${BOUNDS})(storage), execution: (${BOUNDS})(execution) };
       }))`,
    );
    expect(read).toEqual(rows.map(({ seq, storage, execution }) => ({ seq, storage, execution })));
    await page.context().close();
  },
);

test.each(chromiumIsThere ? ["large"] : [])(
  "%s: thinned, no peak is lost, and a moment that was left out is read as bounds around the truth",
  async (name) => {
    const { page } = await openFile(opened(), file(`${name}.html`));
    const peaks = await asked(
      name,
      `select executor_id, epoch_us(arg_max(ts, execution_used_bytes))::double + 1 as t,
         max(execution_used_bytes)::double as peak
       from memory_timeline group by all order by all limit 12`,
    );
    const middles = await asked(
      name,
      `select executor_id, epoch_us(ts)::double + 1 as t, storage_used_bytes::double as storage
       from memory_timeline order by hash(seq, executor_id) limit 40`,
    );
    const reading = (rows: readonly Readonly<Record<string, unknown>>[]): Promise<Bounded[]> =>
      valueIn<Bounded[]>(
        page,
        `await Promise.all(${JSON.stringify(rows)}.map(async ({ executor_id, t }) => {
           const { meta } = respark;
           const executor = meta.executors.findIndex(({ id }) => id === executor_id);
           const { storage, execution, between } =
             await respark.read(executor, "on_heap", (t - meta.start) / meta.unit);
           return { storage, execution, between };
         }))`,
      );
    const grain = (8 * 2 ** 30) / 65_536;
    for (const [index, { execution }] of (await reading(peaks)).entries()) {
      expect(Math.abs(execution.best - Number(peaks[index]?.["peak"]))).toBeLessThanOrEqual(grain);
    }
    const read = await reading(middles);
    expect(read.some(({ between }) => between)).toBe(true);
    for (const [index, { storage }] of read.entries()) {
      const truth = Number(middles[index]?.["storage"]);
      expect(storage.min - grain).toBeLessThanOrEqual(truth);
      expect(storage.max + grain).toBeGreaterThanOrEqual(truth);
    }
    await page.context().close();
  },
);

interface Bounded {
  readonly storage: { readonly best: number; readonly min: number; readonly max: number };
  readonly execution: { readonly best: number; readonly min: number; readonly max: number };
  readonly between: boolean;
}

test.each(chromiumIsThere ? ["small"] : [])(
  "%s: every key does its work, and the address holds the place",
  async (name) => {
    const { page, trouble } = await openFile(opened(), file(`${name}.html`));
    const range = (): Promise<number> =>
      valueIn<number>(page, "respark.state.to - respark.state.from");
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
      await settled(page);
    };
    await press("0");
    const whole = await range();
    await press("w", "w");
    expect(await range()).toBeLessThan(whole * 0.6);
    await press("d");
    const from = await valueIn<number>(page, "respark.state.from");
    await press("a");
    expect(await valueIn<number>(page, "respark.state.from")).toBeLessThan(from);
    await press("0", "j");
    expect(await valueIn<number>(page, "respark.state.executor")).toBe(1);
    await press("k", "n");
    const [first] = await asked(
      name,
      `select kind, subject from pressure_events
       where executor_id = (select executor_id from executor_ranking where place = 1)
       order by ts, source_file_id, source_line limit 1`,
    );
    expect(await page.locator("#story").innerText()).toContain(String(first?.["subject"]));
    await press(".");
    expect(await page.locator("#values h3").innerText()).toContain("At the crosshair");
    await press("f");
    await holds(page, "location.hash.includes('t=')");
    await page.waitForTimeout(350);
    const hash = await valueIn<string>(page, "location.hash");
    const seen = await valueIn<number[]>(page, "[respark.state.from, respark.state.to]");
    const again = await openFile(opened(), file(`${name}.html`), { hash });
    const restored = await valueIn<number[]>(again.page, "[respark.state.from, respark.state.to]");
    for (const [index, t] of restored.entries()) {
      expect(Math.abs(t - (seen[index] ?? 0))).toBeLessThan(2000);
    }
    await press("?", "Escape", "t", "y", "m", "Escape");
    expect(trouble).toEqual([]);
    await page.context().close();
    await again.page.context().close();
  },
);

test.each(chromiumIsThere ? ["small"] : [])(
  "%s: an eviction's story on the page is that of respark explain, word for word",
  async (name) => {
    const told = await respark(["explain", file(`${name}.duckdb`), "--json"]);
    const verdict: { findings: { next: { argument: string }[] }[] } = JSON.parse(told.stdout);
    const argument = verdict.findings
      .flatMap(({ next }) => next.map((each) => each.argument))
      .find((each) => each.startsWith("--eviction"));
    const nth = argument?.split(" ")[1] ?? "";
    const { stdout } = await respark([
      "explain",
      file(`${name}.duckdb`),
      "--eviction",
      nth,
      "--json",
    ]);
    const story: { title: string; lines: { text: string }[] } = JSON.parse(stdout);
    const { page } = await openFile(opened(), file(`${name}.html`));
    const chosen = await valueIn<boolean>(
      page,
      `await (async () => {
         const { meta } = respark;
         for (const executor of meta.executors.keys())
           if (await respark.tell(executor, "evicted", ${nth})) return true;
         return false;
       })()`,
    );
    expect(chosen).toBe(true);
    const words = await page.locator("#story").innerText();
    expect(words).toContain(story.title);
    for (const { text } of story.lines) expect(words.replace(/\s+/g, " ")).toContain(text);
    await page.context().close();
  },
);

test.each(chromiumIsThere ? ["small", "thrash", "troubled"] : [])(
  "%s: every eviction and every refusal of room has its story, told when it is chosen",
  async (name) => {
    const { page } = await openFile(opened(), file(`${name}.html`));
    const [happened] = await asked(
      name,
      `select count(*)::integer as n, count(*) filter (kind = 'no_room')::integer as refused
       from pressure_events where kind in ('evicted', 'no_room')`,
    );
    const titles = await valueIn<(string | null)[]>(
      page,
      `await (async () => {
         const told = [];
         for (const executor of respark.meta.executors.keys()) {
           const { kind } = await respark.events(executor);
           for (const [event, what] of kind.entries()) {
             if (what !== "evicted" && what !== "no_room") continue;
             told.push((await respark.story(executor, event))?.title ?? null);
           }
         }
         return told;
       })()`,
    );
    expect(titles.length).toBe(happened?.["n"]);
    expect(titles.filter((title) => title === null)).toEqual([]);
    expect(titles.filter((title) => title?.startsWith("No room for")).length).toBe(
      happened?.["refused"],
    );
    await page.context().close();
  },
);

test.runIf(chromiumIsThere)(
  "from a directory of logs, one command, one click and one key lead to an eviction's reason",
  async () => {
    const logs = join(runs, "s40-a2-base-dbg");
    expect((await respark(["report", logs, "-o", file("new.html"), "--quiet"])).code).toBe(0);
    const { page } = await openFile(opened(), file("new.html"));
    await page.locator("li.finding a.see").first().click();
    await page.keyboard.press("n");
    await holds(page, "document.querySelectorAll('#story dt').length > 5");
    const story = await page.locator("#story").innerText();
    // The first event that the finding's picture shows.
    expect(story).toMatch(/^Eviction \d+ of \d+: (?:rdd|broadcast)_/);
    const [t, from, to] = await valueIn<number[]>(
      page,
      "[respark.state.hover, ...(({ from, to }) => [from, to])(respark.meta.findings[0])]",
    );
    expect(t).toBeGreaterThanOrEqual(from ?? Infinity);
    expect(t).toBeLessThanOrEqual(to ?? -Infinity);
    expect(story.replace(/\s+/g, " ")).toMatch(
      /request Task \d+ .* needed .* rule .* evicts? .* cost .* certain /,
    );
    await page.context().close();
  },
);

test.each(chromiumIsThere ? ["troubled"] : [])(
  "%s: names that look like markup stay text, and control signs are shown as replaced",
  async (name) => {
    const { page, trouble } = await openFile(opened(), file(`${name}.html`));
    expect(await page.locator("img").count()).toBe(0);
    const shown = HOSTILE.replaceAll("\u202e", "\ufffd").replaceAll("\u0007", "\ufffd");
    expect(await page.locator("header strong").innerText()).toBe(shown);
    const text = await page.locator("body").innerText();
    for (const sign of ["\u0007", "\u202e"]) expect(text).not.toContain(sign);
    expect(trouble).toEqual([]);
    const ran = await valueIn<boolean>(
      page,
      `(() => { const script = document.createElement("script");
         script.textContent = "globalThis.injected = true"; document.body.append(script);
         return globalThis.injected === true; })()`,
    );
    expect(ran).toBe(false);
    expect(trouble.every((line) => line.includes("Content Security Policy"))).toBe(true);
    await page.context().close();
  },
);

test.each(chromiumIsThere ? ["troubled"] : [])(
  "%s: unknown memory is patterned on the screen and read as unknown, zero is white and read as 0",
  async (name) => {
    const { page } = await openFile(opened(), file(`${name}.html`));
    const look = async (id: string): Promise<{ colours: number; words: string }> => {
      await valueIn(
        page,
        `(document.getElementById("which").value =
           respark.meta.executors.findIndex((each) => each.id === "${id}"),
          document.getElementById("which").dispatchEvent(new Event("change")))`,
      );
      await page.keyboard.press("3");
      await settled(page);
      return {
        // A strip of the picture above the middle, where no words and no lines are.
        colours: await valueIn<number>(
          page,
          `(() => { const c = document.getElementById("memory");
             const data = c.getContext("2d").getImageData(700, 40, 60, 40).data;
             return new Set(new Uint32Array(data.buffer)).size; })()`,
        ),
        words: await page.locator("#values").innerText(),
      };
    };
    const unknown = await look("2");
    expect(unknown.colours).toBeGreaterThan(5);
    expect(unknown.words).toMatch(/storage\s+unknown/);
    expect(unknown.words).not.toMatch(/\b0 B\b/);
    const zero = await look("3");
    expect(zero.colours).toBe(1);
    expect(zero.words).toMatch(/storage\s+0 B\s+exact/);
    await page.context().close();
  },
);

test.each(chromiumIsThere ? ["small", "troubled", "eventlog"] : [])(
  "%s: axe-core finds nothing serious, light and dark, wide and narrow",
  async (name) => {
    for (const look of [
      { theme: "light", width: 1440 },
      { theme: "dark", width: 800 },
    ] as const) {
      const { page } = await openFile(opened(), file(`${name}.html`), look);
      expect(await seriousIn(page)).toEqual([]);
      const wide = await valueIn<number>(page, "document.documentElement.scrollWidth - innerWidth");
      expect(wide).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  },
);

test.each(chromiumIsThere ? ["small"] : [])(
  "%s: without scripts the verdict is complete; on paper it stands on the first pages",
  async (name) => {
    const { page } = await openFile(opened(), file(`${name}.html`), { scripts: false });
    const told = await respark(["explain", file(`${name}.duckdb`), "--json"]);
    const verdict: { findings: { title: string }[] } = JSON.parse(told.stdout);
    const text = await page.locator("#verdict").innerText();
    for (const { title } of verdict.findings) expect(text).toContain(title);
    await page.context().close();
    const { page: printed, trouble } = await openFile(opened(), file(`${name}.html`));
    const pdf = await printed.pdf({ preferCSSPageSize: true, printBackground: true });
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThan(12);
    expect(trouble).toEqual([]);
    await printed.context().close();
  },
);

test("a small report stays below 400 kB, one of many executors and tasks below 3 MB", async () => {
  const { stat } = await import("node:fs/promises");
  expect((await stat(file("small.html"))).size).toBeLessThan(400_000);
  expect((await stat(file("large.html"))).size).toBeLessThan(3_000_000);
});

test("a page stays below the size that it was asked for", async () => {
  const { stat } = await import("node:fs/promises");
  const asked = ["--max-size", "1MB", "-o", file("narrow.html")];
  await respark(["report", file("large.duckdb"), ...asked]);
  expect((await stat(file("narrow.html"))).size).toBeLessThan(1_000_000);
});

test.runIf(chromiumIsThere)(
  "the page of many applications opens each verdict, wide and narrow, light and dark",
  async () => {
    const all = file("fleet.duckdb");
    for (const run of ["s35-f-base-dbg", "s40-a2-base-dbg", "s35-o-base-info"]) {
      await replayed([join(runs, run), "-o", all, "--append"]);
    }
    await respark(["report", all, "-o", `${file("fleet")}/`]);
    const costs = await asked(
      "fleet",
      `select app_id, sum(cost_ms) as cost_ms from findings
       where kind <> 'setting' group by all order by cost_ms desc`,
    );
    for (const look of [
      { theme: "light", width: 1440 },
      { theme: "dark", width: 800 },
    ] as const) {
      const { page, trouble } = await openFile(opened(), file("fleet/index.html"), look);
      expect(await page.locator("tbody tr").count()).toBe(3);
      expect(await page.locator("svg.strip").count()).toBe(3);
      expect(await seriousIn(page)).toEqual([]);
      const wide = await valueIn<number>(page, "document.documentElement.scrollWidth - innerWidth");
      expect(wide).toBeLessThanOrEqual(0);
      const first = page.locator("tbody tr").first();
      expect(await first.locator("code").innerText()).toBe(costs[0]?.["app_id"]);
      // A setting's cost is that of the other findings: it counts once.
      const cost = durationInWords(Number(costs[0]?.["cost_ms"]));
      expect(await first.locator("td").nth(2).innerText()).toBe(cost);
      const last = page.locator("tbody tr").last();
      expect(await last.innerText()).toMatch(/At risk\s+The event log ends/);
      await first.locator("a").click();
      await page.waitForURL(/app-[^/]+\.html/);
      expect(await page.locator("#verdict h1").innerText()).not.toBe("");
      await page.locator("header a").click();
      await page.waitForURL(/index\.html/);
      expect(trouble).toEqual([]);
      await page.context().close();
    }
  },
);

test.runIf(chromiumIsThere)(
  "a browser that cannot unpack the pictures says so, and has the whole verdict",
  async () => {
    const before = "delete globalThis.DecompressionStream";
    const { page, trouble } = await openFile(opened(), file("small.html"), { before });
    await holds(page, "document.getElementById('pictures').hidden");
    expect(await page.locator("#old").isVisible()).toBe(true);
    expect(await page.locator("#verdict li.finding").count()).toBeGreaterThan(1);
    expect(trouble).toEqual([]);
    await page.context().close();
  },
);

test.runIf(chromiumIsThere)(
  "what-if curves show the rows of whatif_curve, and say where an outcome ends",
  async () => {
    const { page } = await openFile(opened(), file("small.html"));
    await holds(page, "document.querySelectorAll('#curves figure').length > 0");
    const [evicted] = await asked(
      "small",
      `select list(concat(knob_value, ' ', median::bigint) order by knob_number) as points
     from whatif_curve where outcome = 'evicted_blocks'`,
    );
    const shown = await valueIn<string[]>(
      page,
      `[...document.querySelectorAll("#foretold tbody tr")]
      .map((row) => [...row.cells].map((cell) => cell.textContent))
      .filter((cells) => cells[2] === "evicted blocks").map((cells) => cells[1] + " " + cells[3])`,
    );
    expect(shown).toEqual(evicted?.["points"]);
    const said = await valueIn<string>(page, "document.querySelector('#curves').textContent");
    expect(said).toMatch(
      /evicted blocks along spark\.executor\.memory.*From \d+m on in at most 5 of 100/,
    );
    // Of a database without answers nothing is said.
    const bare = await openFile(opened(), file("thrash.html"));
    expect(await valueIn<boolean>(bare.page, "document.querySelector('#whatif') === null")).toBe(
      true,
    );
    await page.context().close();
    await bare.page.context().close();
  },
);
