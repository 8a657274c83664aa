/**
 * Commands that faults are tried on: what each reads and writes, and what must be of its output
 * afterwards.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { replayed, respark } from "../cli/run-respark.ts";

const root = join(import.meta.dirname, "../..");
const log = join(root, "fixtures/event-logs/spark-3.5.6.jsonl");
const logs = join(root, "fixtures/runs/s35-f-base-dbg");

export interface Trial {
  readonly name: string;
  readonly args: readonly string[];
  /** standard input, where it is asked for */
  readonly piped?: string;
}

/**
 * A folder with a database, a baseline and a page that were there before, and all commands on it.
 */
export async function trialsIn(folder: string): Promise<Trial[]> {
  const before = join(folder, "before");
  mkdirSync(before, { recursive: true });
  const old = join(before, "old.duckdb");
  await replayed([logs, "-o", old, "--quiet"]);
  const baseline = join(before, "good.json");
  await well(["baseline", old, "-o", baseline]);
  const page = join(before, "page.html");
  await well(["report", old, "-o", page, "--quiet"]);
  const into = join(folder, "now");
  const at = (name: string): string => join(into, name);
  const made = at("old.duckdb");
  return [
    { name: "replay", args: ["replay", log, "-o", at("new.duckdb"), "--quiet"] },
    { name: "replay logs", args: ["replay", logs, "-o", at("new.duckdb"), "--quiet"] },
    { name: "replay --overwrite", args: ["replay", log, "-o", made, "--overwrite", "--quiet"] },
    { name: "replay --append", args: ["replay", log, "-o", made, "--append", "--quiet"] },
    { name: "replay -", args: ["replay", "-", "-o", at("new.duckdb"), "--quiet"], piped: log },
    {
      name: "replay --format arrow",
      args: ["replay", log, "-o", at("out"), "--format", "arrow", "--quiet"],
    },
    { name: "explain", args: ["explain", made] },
    { name: "explain logs", args: ["explain", log] },
    { name: "inspect", args: ["inspect", logs] },
    { name: "query", args: ["query", made, "from tasks"] },
    ...["arrow", "csv", "parquet", "perfetto"].map((format) => ({
      name: `export --format ${format}`,
      args: ["export", made, "--format", format, "-o", at("out")],
    })),
    { name: "report", args: ["report", made, "-o", at("page.html"), "--overwrite", "--quiet"] },
    { name: "report of a folder", args: ["report", made, "-o", `${at("pages")}/`, "--quiet"] },
    {
      name: "baseline --overwrite",
      args: ["baseline", made, "-o", at("good.json"), "--overwrite"],
    },
    { name: "baseline of logs", args: ["baseline", logs, "-o", at("other.json")] },
    {
      name: "check",
      args: [
        "check",
        made,
        "--baseline",
        at("good.json"),
        "--junit",
        at("j.xml"),
        "--sarif",
        at("s.json"),
        "--markdown",
        at("m.md"),
        "--report",
        at("c.html"),
      ],
    },
    {
      name: "check logs",
      args: ["check", logs, "--baseline", at("good.json"), "--junit", at("j.xml"), "--quiet"],
    },
    { name: "diff", args: ["diff", made, made] },
    { name: "whatif", args: ["whatif", made, "--set", "spark.executor.memory=2g", "--quiet"] },
  ];
}

async function well(args: readonly string[]): Promise<void> {
  const { code, stderr } = await respark(args);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** What was there before, put back; temporary files go to a folder of their own. */
export function renewed(folder: string): void {
  const now = join(folder, "now");
  rmSync(now, { recursive: true, force: true });
  cpSync(join(folder, "before"), now, { recursive: true });
  rmSync(join(folder, "tmp"), { recursive: true, force: true });
  mkdirSync(join(folder, "tmp"));
}

/** Files that stand where none should: partial ones, and what was put aside. */
export function leftOver(folder: string): string[] {
  const here = readdirSync(join(folder, "now"), { recursive: true }).map(String);
  return [
    ...here.filter((name) => /\.partial|\.wal$|\.tmp$/.test(name)),
    ...readdirSync(join(folder, "tmp"))
      // tsx keeps what it compiled.
      .filter((name) => !name.startsWith("tsx-"))
      .map((name) => `tmp/${name}`),
  ];
}

/** Old files of which something else stands there now. */
export function changedFiles(folder: string): string[] {
  return readdirSync(join(folder, "before")).filter((name) => {
    const [was, is] = [join(folder, "before", name), join(folder, "now", name)];
    try {
      return (
        statSync(is).size !== statSync(was).size || !readFileSync(is).equals(readFileSync(was))
      );
    } catch {
      return true;
    }
  });
}
