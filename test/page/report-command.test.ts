/** `respark report` as a command: what it writes and refuses; pages of replay and check. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "../cli/run-respark.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const folder = mkdtempSync(join(tmpdir(), "respark-report-"));
const file = (name: string): string => join(folder, name);
const textOf = (name: string): string => readFileSync(file(name), "utf8");
/** A page is too long to be shown where it does not. */
const tells = (name: string, words: string): boolean => textOf(name).includes(words);

beforeAll(async () => {
  await replayed([join(runs, "s35-g-base-dbg"), "-o", file("one.duckdb")]);
  await replayed([join(runs, "s35-g-base-dbg"), "-o", file("two.duckdb")]);
  await replayed([join(runs, "s35-o-base-info"), "-o", file("two.duckdb"), "--append"]);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("a page of one application is written once, and replaced only where that is asked for", async () => {
  const made = ["report", file("one.duckdb"), "-o", file("one.html")];
  const { code, stdout } = await respark(made);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/one\.html: \d+ kB, \d+ findings?\n/)]);
  expect(tells("one.html", "default-src 'none'; script-src 'sha256-")).toBe(true);
  const again = await respark(made);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("--overwrite")]);
  expect((await respark([...made, "--overwrite", "--json"])).code).toBe(0);
});

test("the same database gives the same page, byte for byte, and names no directory of the machine", async () => {
  const { stdout } = await respark(["report", file("one.duckdb"), "-o", "-"]);
  const again = await respark(["report", file("one.duckdb"), "-o", "-"]);
  expect(again.stdout === stdout).toBe(true);
  expect([runs, folder].filter((path) => stdout.includes(path))).toEqual([]);
});

/** All that stands in a page, what is packed in it too. */
function unpacked(html: string): string {
  const packed = html.matchAll(/<script type="application\/gzip\+base64"[^>]*>([^<]+)/g);
  const texts = [...packed].map(([, data]) => gunzipSync(Buffer.from(data ?? "", "base64")));
  return [html, ...texts.map((text) => text.toString("latin1"))].join("\n");
}

test("--no-hosts numbers hosts wherever a log names them", async () => {
  const name = "app-20261121023728-0000";
  const log = readFileSync(join(runs, "s35-g-base-dbg", name), "utf8");
  // Hosts of the cluster, and one whose name begins with another's.
  const moved = log
    .replaceAll('"Host":"localhost"', '"Host":"node17.example.com"')
    .replaceAll('"spark.driver.host":"localhost"', '"spark.driver.host":"node1"');
  writeFileSync(file(name), moved);
  const named = await respark(["report", file(name), "-o", "-"]);
  expect(unpacked(named.stdout)).toContain("node17.example.com");
  const { stdout } = await respark(["report", file(name), "-o", "-", "--no-hosts"]);
  expect(unpacked(stdout).match(/node1\S*/)).toBeNull();
  expect(stdout).toContain("host-2");
  expect(stdout).toContain("It names log files, no hosts");
});

test("logs become a page without a database", async () => {
  const logs = join(runs, "s35-g-base-dbg");
  const written = ["-o", file("logs.html"), "--quiet"];
  expect((await respark(["report", logs, ...written])).code).toBe(0);
  expect(tells("logs.html", "The database was not kept")).toBe(true);
  // What the proposed changes would do, as on the page of a database.
  expect(tells("logs.html", "simulated runs")).toBe(true);
  expect(tells("one.html", "simulated runs")).toBe(true);
});

test("of several applications one is named, or all get a page and one page of all, worst first", async () => {
  const refused = await respark(["report", file("two.duckdb"), "-o", file("two.html")]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("-o reports/")]);
  const { code } = await respark(["report", file("two.duckdb"), "-o", `${file("reports")}/`]);
  expect(code).toBe(0);
  const files = readdirSync(file("reports")).sort();
  expect(files.length).toBe(3);
  expect(files).toContain("index.html");
  const index = textOf("reports/index.html");
  const links = [...index.matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link ?? "");
  expect(links.toSorted()).toEqual(files.filter((name) => name !== "index.html"));
  const order = ["dead", "slow", "risk", "waste", "fine"];
  const severities = [...index.matchAll(/<tr class="(\w+)"/g)].map(
    ([, severity]) => severity ?? "",
  );
  expect(severities.length).toBe(2);
  expect(severities).toEqual(severities.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
  const nothing = index.split("Nothing found</span>").length - 1;
  expect(nothing).toBe(severities.filter((severity) => severity === "fine").length);
  expect(tells(`reports/${links[0]}`, 'href="index.html"')).toBe(true);
});

test("a replay writes its report beside the database, and refuses to replace one", async () => {
  const made = [
    "replay",
    join(runs, "s35-o-base-info"),
    "-o",
    file("three.duckdb"),
    "--report",
    file("three.html"),
  ];
  const { code, stderr } = await respark(made);
  expect([code, stderr]).toEqual([0, expect.stringContaining("three.html")]);
  expect(tells("three.html", "respark query three.duckdb")).toBe(true);
  const again = await respark([...made, "--append"]);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("three.html exists")]);
});

test("a check writes the run in pictures with its verdict on top, also where it fails", async () => {
  const limits = { spilled_bytes: { budget: 1 } };
  writeFileSync(file("strict.json"), JSON.stringify({ limits }));
  const config = ["--config", file("strict.json"), "--report", file("check.html"), "--quiet"];
  const { code } = await respark(["check", file("one.duckdb"), ...config]);
  expect(code).toBe(1);
  expect(tells("check.html", "Held against its baseline")).toBe(true);
  expect(tells("check.html", "spilled_bytes")).toBe(true);
  const logs = ["check", join(runs, "s35-g-base-dbg"), "--config", file("strict.json"), "--quiet"];
  expect((await respark([...logs, "--report", file("replayed.html")])).code).toBe(1);
  expect(tells("replayed.html", "simulated runs")).toBe(true);
});

test("a check draws its baseline's curves behind the run's, and says where a baseline has none", async () => {
  const good = file("good.json");
  await respark(["baseline", file("one.duckdb"), "-o", good]);
  const check = ["check", file("one.duckdb"), "--baseline", good, "--quiet"];
  expect((await respark([...check, "--report", file("like.html")])).code).toBe(0);
  const [peak = ""] = /this run at most [^;"]+/.exec(textOf("like.html")) ?? [];
  expect(peak).toMatch(/^this run at most \d/);
  // The same run is its own baseline: the same peak, and the same line behind it.
  expect(tells("like.html", `${peak}; its baseline at most ${peak.slice(17)}`)).toBe(true);
  const line = (look: string): string | undefined =>
    new RegExp(`<path class="${look}" d="([^"]+)"`).exec(textOf("like.html"))?.[1];
  expect(line("then")).toMatch(/^M/);
  expect(line("then")).toBe(line("now storage"));
  const baseline: { runs: { curves?: unknown }[] } = JSON.parse(textOf("good.json"));
  for (const run of baseline.runs) delete run.curves;
  writeFileSync(good, JSON.stringify(baseline));
  expect((await respark([...check, "--report", file("older.html")])).code).toBe(0);
  expect(tells("older.html", "The baseline has no curves to draw")).toBe(true);
});

test("a page shows the executors that it was asked for, and names those that there are", async () => {
  const made = ["report", file("one.duckdb"), "-o", file("some.html"), "--executors"];
  expect((await respark([...made, "1"])).code).toBe(0);
  const [, meta = "{}"] = /id="meta">([^<]+)</.exec(textOf("some.html")) ?? [];
  const { executors }: { executors: { id: string }[] } = JSON.parse(meta);
  expect(executors.map(({ id }) => id)).toEqual(["1"]);
  expect(tells("some.html", "This page was asked for 1 of the run")).toBe(true);
  const refused = await respark([...made, "1,77", "--overwrite"]);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/no executor 77; there are 0, 1/),
  ]);
  const size = await respark(["report", file("one.duckdb"), "--max-size", "much"]);
  expect([size.code, size.stderr]).toEqual([2, expect.stringContaining("500kB or 3MB")]);
});
