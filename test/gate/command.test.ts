/** The gate as a command: baseline, check and diff on real runs, with their exit codes. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordedRun } from "../cli/recorded-run.ts";
import { replayed, respark } from "../cli/run-respark.ts";

const root = join(import.meta.dirname, "../..");
const fixture = (run: string): string => join(root, "fixtures/runs", run);
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const inScratch = (name: string): string => join(scratch, name);

let mixed = "";
let cacheset40 = "";
let cacheset41 = "";
const both = inScratch("both.duckdb");
const baseline = inScratch("mixed.baseline.json");
const baseline40 = inScratch("cacheset40.baseline.json");

beforeAll(async () => {
  mixed = await recordedRun("s35-f-base-dbg");
  cacheset40 = await recordedRun("s40-a2-base-dbg");
  cacheset41 = await recordedRun("s41-a2-base-dbg");
  copyFileSync(mixed, both);
  await replayed([fixture("s41-a2-base-dbg"), "-o", both, "--append"]);
  for (const [database, file] of [
    [mixed, baseline],
    [cacheset40, baseline40],
  ] as const) {
    const { code, stderr } = await respark(["baseline", database, "-o", file]);
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The baseline of the mixed run, as if it had been better. */
function betterBaseline(name: string): string {
  const file = inScratch(name);
  const text = readFileSync(baseline, "utf8");
  // All that the run evicted and spilled: none of it.
  const metrics = text.slice(text.indexOf('"metrics"'));
  writeFileSync(
    file,
    text.replace(
      metrics,
      metrics.replace(
        /("(?:evicted|spilled)_bytes": \{[^}]*?)"max": \d+([^}]*?)"median": \d+([^}]*?)"min": \d+([^}]*?)"values": \[\d+\]/g,
        '$1"max": 0$2"median": 0$3"min": 0$4"values": [0]',
      ),
    ),
  );
  return file;
}

describe("respark check", () => {
  test("a run against itself passes, with code 0", async () => {
    const { code, stdout, stderr } = await respark(["check", mixed, "--baseline", baseline]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("memory gate passed");
    expect(stdout).toContain("of 127 memory statements predicted");
  });

  test("logs are checked as their database is", async () => {
    const fromLogs = await respark([
      "check",
      fixture("s35-f-base-dbg"),
      "--baseline",
      baseline,
      "--json",
      "--quiet",
    ]);
    const fromDatabase = await respark(["check", mixed, "--baseline", baseline, "--json"]);
    expect(fromLogs.code).toBe(0);
    expect(fromLogs.stdout).toBe(fromDatabase.stdout);
  });

  test("a run that is worse ends with 1, one sentence on standard error, and who did it", async () => {
    const { code, stdout, stderr } = await respark([
      "check",
      mixed,
      "--baseline",
      betterBaseline("better.json"),
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe("respark: memory got worse: evicted_bytes, spilled_bytes\n");
    expect(stdout).toContain(
      "107.9 MiB of RDD hot (8 blocks) evicted: tasks claimed execution memory in stage count at Workload.java",
    );
    expect(stdout).toContain("stage count at Workload.java spilled 36.1 MiB in 1 task");
    expect(stdout).toContain(`ask on: respark query ${mixed} "from eviction_ledger"`);
  });

  test("the question that it proposes has an answer", async () => {
    const { stdout } = await respark([
      "check",
      mixed,
      "--baseline",
      betterBaseline("ask.json"),
      "--json",
    ]).catch(() => ({ stdout: "" }));
    const { verdicts } = JSON.parse(stdout) as { verdicts: { look_further: string | null }[] };
    const questions = new Set(verdicts.flatMap(({ look_further }) => look_further ?? []));
    expect(questions.size).toBeGreaterThan(5);
    for (const question of questions) {
      const answered = await respark(["query", mixed, question, "--json"]);
      expect({ question, code: answered.code }).toEqual({ question, code: 0 });
    }
  });

  test("every report is written, though the run failed", async () => {
    const files = ["memory.xml", "memory.sarif", "memory.md"].map(inScratch);
    const [junit = "", sarif = "", markdown = ""] = files;
    const { code } = await respark([
      "check",
      mixed,
      "--baseline",
      betterBaseline("all.json"),
      "--junit",
      junit,
      "--sarif",
      sarif,
      "--markdown",
      markdown,
    ]);
    expect(code).toBe(1);
    expect(readFileSync(junit, "utf8")).toContain('failures="2"');
    expect(readFileSync(sarif, "utf8")).toContain('"version": "2.1.0"');
    expect(readFileSync(markdown, "utf8")).toContain("### ❌ Memory gate regressed");
  });

  test("a report may go to standard output, alone", async () => {
    const { stdout } = await respark(["check", mixed, "--baseline", baseline, "--markdown", "-"]);
    expect(stdout.startsWith("### ✅ Memory gate passed")).toBe(true);
    const two = await respark([
      "check",
      mixed,
      "--baseline",
      baseline,
      "--markdown",
      "-",
      "--json",
    ]);
    expect(two.code).toBe(2);
    expect(two.stderr).toContain("contradict each other");
  });

  test("--github prints annotations and appends to the step summary", async () => {
    const summary = inScratch("summary.md");
    writeFileSync(summary, "before\n");
    const { code, stdout } = await respark(
      ["check", mixed, "--baseline", betterBaseline("github.json"), "--github"],
      {
        env: { GITHUB_STEP_SUMMARY: summary },
      },
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=[^:]*,line=\d+,title=evicted_bytes%3A memory evicted::/m);
    expect(readFileSync(summary, "utf8")).toMatch(/^before\n### ❌ Memory gate/);
  });

  test("another Spark version is code 5, unless it is allowed", async () => {
    const refused = await respark(["check", cacheset41, "--baseline", baseline40]);
    expect(refused.code).toBe(5);
    expect(refused.stdout).toContain("Spark: 4.0.1 → 4.1");
    expect(refused.stdout).toContain("--allow-version-change");
    const allowed = await respark([
      "check",
      cacheset41,
      "--baseline",
      baseline40,
      "--allow-version-change",
    ]);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain("(allowed)");
  });

  test("another configuration is code 5, unless it is allowed", async () => {
    const refused = await respark([
      "check",
      mixed,
      "--baseline",
      baseline40,
      "--allow-version-change",
    ]);
    expect(refused.code).toBe(5);
    expect(refused.stdout).toContain("spark.memory.fraction: 0.6 → 0.5");
  });

  describe("logs that do not tell the whole run are code 4", () => {
    const copied = (name: string, change: (directory: string) => void): string => {
      const directory = inScratch(name);
      cpSync(fixture("s35-f-base-dbg"), directory, { recursive: true });
      change(directory);
      return directory;
    };
    const cut = (file: string, share: number) => (directory: string) => {
      const path = join(directory, file);
      truncateSync(path, Math.floor(statSync(path).size * share));
    };
    const eventLog = "app-20261121023659-0000.lz4";
    test.each([
      {
        what: "an event log that is cut off",
        change: cut(eventLog, 0.5),
        says: "the event log is incomplete (collect it again once the application has ended)",
      },
      {
        what: "an event log that is cut off near its end",
        change: cut(eventLog, 0.95),
        says: "the event log is incomplete (collect it again once the application has ended)",
      },
      {
        what: "an executor log that is cut off",
        change: cut("executor-1.log", 0.4),
        says: "the log of executor 1 is incomplete (collect it again, from its first line to its last)",
      },
      {
        what: "an executor log without lines of MemoryStore",
        change: (directory: string) => {
          const path = join(directory, "executor-1.log");
          const lines = readFileSync(path, "utf8").split("\n");
          writeFileSync(path, lines.filter((line) => !line.includes("MemoryStore:")).join("\n"));
        },
        says: "executor 1 is incomplete (log org.apache.spark at INFO there)",
      },
      {
        what: "an executor log that is missing",
        change: (directory: string) => rmSync(join(directory, "executor-1.log")),
        says: "the baseline's runs have evidence of level debug for every executor, and this run has event_log",
      },
    ])("$what", async ({ what, change, says }) => {
      const logs = copied(what.replaceAll(" ", "-"), change);
      const { code, stdout, stderr } = await respark([
        "check",
        logs,
        "--baseline",
        baseline,
        "--quiet",
      ]);
      expect(stderr).toContain("too little evidence for a verdict");
      expect(stdout).toContain(says);
      expect(code).toBe(4);
    });
  });

  test("of several applications one has to be named", async () => {
    const unnamed = await respark(["check", both, "--baseline", baseline]);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain("holds 2 applications: name one with --app");
    const named = await respark([
      "check",
      both,
      "--baseline",
      baseline,
      "--app",
      "app-20261121023659-0000",
    ]);
    expect(named.code).toBe(0);
    const unknown = await respark(["check", both, "--baseline", baseline, "--app", "app-none"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("no application app-none");
  });
});

describe("respark check, asked wrongly, is one sentence and code 2 (3 where there is nothing to read)", () => {
  const broken = (name: string, text: string): string => {
    writeFileSync(inScratch(name), text);
    return inScratch(name);
  };
  const ownCheck = (name: string, sql: string): string => {
    broken(`${name}.sql`, sql);
    return broken(`${name}.config.json`, `{"checks": [{"id": "a", "sql": "${name}.sql"}]}`);
  };
  test.each([
    { what: "no baseline named", args: () => [mixed], code: 2, says: "give --baseline" },
    {
      what: "a baseline that is not there",
      args: () => [mixed, "--baseline", inScratch("none.json")],
      code: 2,
      says: "respark baseline <db> -o",
    },
    {
      what: "a baseline that is no JSON",
      args: () => [mixed, "--baseline", broken("b1.json", "{ nope")],
      code: 2,
      says: "is no baseline that can be used: it is no JSON",
    },
    {
      what: "a baseline of another schema",
      args: () => [mixed, "--baseline", broken("b2.json", '{"schema": 99}')],
      code: 2,
      says: "it has schema 99",
    },
    {
      what: "a configuration with a misspelt metric",
      args: () => [
        mixed,
        "--baseline",
        baseline,
        "--config",
        broken("c1.json", '{"limits": {"spils": {}}}'),
      ],
      code: 2,
      says: "limits.spils: there is no such metric",
    },
    {
      what: "a configuration that is no JSON",
      args: () => [mixed, "--baseline", baseline, "--config", broken("c2.json", "limits:")],
      code: 2,
      says: "is no JSON",
    },
    {
      what: "a configuration that is not there",
      args: () => [mixed, "--baseline", baseline, "--config", inScratch("none.config.json")],
      code: 2,
      says: "no such file",
    },
    {
      what: "a check of one's own that is not there",
      args: () => [
        mixed,
        "--baseline",
        baseline,
        "--config",
        broken("c3.json", '{"checks": [{"id": "a", "sql": "none.sql"}]}'),
      ],
      code: 2,
      says: "none.sql",
    },
    {
      what: "a check of one's own that cannot be run",
      args: () => [
        mixed,
        "--baseline",
        baseline,
        "--config",
        ownCheck("wrong", "select nothing from executors"),
      ],
      code: 2,
      says: "wrong.sql: ",
    },
    {
      what: "a check of one's own that asks nothing",
      args: () => [
        mixed,
        "--baseline",
        baseline,
        "--config",
        ownCheck("empty", "-- nothing yet\n;"),
      ],
      code: 2,
      says: "is empty",
    },
    {
      what: "a report into no directory",
      args: () => [mixed, "--baseline", baseline, "--junit", join(scratch, "none", "x.xml")],
      code: 2,
      says: "there is no directory",
    },
    {
      what: "another way to normalise",
      args: () => [mixed, "--baseline", baseline, "--normalise-by", "output"],
      code: 2,
      says: "It can be input",
    },
    {
      what: "nothing to check",
      args: () => ["--baseline", baseline],
      code: 2,
      says: "nothing to check",
    },
    {
      what: "a database that is not there",
      args: () => [inScratch("none.duckdb"), "--baseline", baseline],
      code: 3,
      says: "none.duckdb",
    },
    {
      what: "a damaged database",
      args: () => [broken("damaged.duckdb", "nothing of the kind"), "--baseline", baseline],
      code: 3,
      says: "damaged.duckdb",
    },
    {
      what: "a file that is neither database nor log",
      args: () => [broken("notes.txt", "nothing of the kind"), "--baseline", baseline],
      code: 3,
      says: "no Spark application",
    },
  ])("$what", async ({ args, code: wanted, says }) => {
    const { code, stdout, stderr } = await respark(["check", ...args()]);
    expect({ code, stdout }).toEqual({ code: wanted, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr.split("\n").filter((line) => line.startsWith("respark: ")).length).toBe(1);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

test("a log that wants to take the terminal, the comment or the server over is shown as it is written", async () => {
  const hostile = `\u001b]0;owned\u0007\u001b[2J<img src=x onerror=alert(1)> | @octocat\n::error::owned\n\u202e`;
  const directory = inScratch("hostile");
  cpSync(fixture("s35-g-base-dbg"), directory, { recursive: true });
  for (const name of readdirSync(directory).filter((file) => file.startsWith("app-"))) {
    const text = readFileSync(join(directory, name), "utf8");
    const said = JSON.stringify(hostile).slice(1, -1);
    const changed = text
      .replaceAll(/"App Name":"[^"]*"/g, () => `"App Name":"${said}"`)
      .replaceAll(/"Stage Name":"/g, () => `"Stage Name":"${said}`);
    expect(changed).not.toBe(text);
    writeFileSync(join(directory, name), changed);
  }
  const taken = inScratch("hostile.duckdb");
  await replayed([directory, "-o", taken]);
  const file = inScratch("hostile.baseline.json");
  expect((await respark(["baseline", taken, "-o", file])).code).toBe(0);
  const config = inScratch("hostile.config.json");
  writeFileSync(
    config,
    '{"limits": {"spilled_bytes": {"budget": 1}}, "stages": [{"match": "*", "limits": {"stage_spilled_bytes": {"budget": 1}}}]}',
  );
  const asked = ["check", taken, "--baseline", file, "--config", config];
  const shown: string[] = [(await respark(["diff", taken, taken])).stdout];
  for (const output of [["--github"], ["--junit", "-"], ["--markdown", "-"], ["--sarif", "-"]]) {
    const { code, stdout, stderr } = await respark([...asked, ...output]);
    expect(code).toBe(1);
    shown.push(stdout, stderr);
  }
  for (const text of shown) {
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).not.toMatch(/^\s*::(?!(?:error|warning|notice) (?:file|title)=)/m);
  }
  expect(shown.join()).toContain("owned");
  expect(shown[5]).not.toMatch(/<img|@octocat/);
});

describe("respark.config.json", () => {
  test("limits, levels and ignored checks are heard", async () => {
    const config = inScratch("ignore.config.json");
    const better = betterBaseline("ignored.json");
    writeFileSync(
      config,
      JSON.stringify({
        baseline: "ignored.json",
        ignore: ["evicted_bytes"],
        limits: { spilled_bytes: { level: "warn" } },
      }),
    );
    const { code, stdout } = await respark(["check", mixed, "--config", config]);
    expect(existsSync(better)).toBe(true);
    expect(code).toBe(0);
    expect(stdout).toMatch(/· evicted_bytes .* ignored/);
    expect(stdout).toMatch(/! spilled_bytes .* warn/);
  });

  test("a check of one's own fails by its rows, of the application that is checked alone", async () => {
    writeFileSync(
      inScratch("evicted.sql"),
      "select block_id, memory_bytes from block_events where app_id = getvariable('app_id') and op in ('evict', 'drop_to_disk') and block_id like 'rdd%' order by memory_bytes desc, block_id",
    );
    const config = inScratch("own.config.json");
    writeFileSync(
      config,
      JSON.stringify({
        checks: [{ id: "no-eviction", title: "nothing is evicted", sql: "evicted.sql" }],
      }),
    );
    const { code, stdout } = await respark([
      "check",
      both,
      "--config",
      config,
      "--app",
      "app-20261121023659-0000",
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("no-eviction: nothing is evicted");
    expect(stdout).toContain("8 rows are violations");
    expect(stdout).toContain("no baseline: only budgets and own checks were judged");
  });

  test("its schema is printed for editors", async () => {
    const { code, stdout } = await respark(["check", "--config-schema"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: "object", additionalProperties: false });
  });
});

describe("respark baseline", () => {
  test("is the same file, byte for byte, whenever it is made", async () => {
    const again = await respark(["baseline", fixture("s35-f-base-dbg"), "-o", "-", "--quiet"]);
    expect(again.stdout).toBe(readFileSync(baseline, "utf8"));
  });

  test("is never replaced unasked, and a run is in it once", async () => {
    const refused = await respark(["baseline", mixed, "-o", baseline]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--add adds these runs to it, --overwrite begins it anew");
    const twice = await respark(["baseline", mixed, "-o", baseline, "--add"]);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain("is in the baseline already");
  });

  test("takes runs of one kind only", async () => {
    const file = inScratch("kinds.json");
    const { code, stderr } = await respark(["baseline", cacheset40, cacheset41, "-o", file]);
    expect(code).toBe(5);
    expect(stderr).toContain("--allow-version-change");
    expect(existsSync(file)).toBe(false);
    const allowed = await respark([
      "baseline",
      cacheset40,
      cacheset41,
      "-o",
      file,
      "--allow-version-change",
    ]);
    expect(allowed.stdout).toContain("2 runs of lab-cacheset");
  });

  test("takes no run whose logs are cut off", async () => {
    const { code, stderr } = await respark([
      "baseline",
      fixture("s35-o-base-info"),
      "-o",
      "-",
      "--quiet",
    ]);
    expect(code).toBe(4);
    expect(stderr).toContain("does not tell the whole run");
  });
});

describe("respark diff", () => {
  test("shows two runs side by side, and judges nobody", async () => {
    const { code, stdout } = await respark(["diff", cacheset40, cacheset41]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/first run +second run +change/);
    expect(stdout).toContain("Spark: 4.0.1 → 4.1");
    expect(stdout).toMatch(
      /^ {2}first run: {2}lab-cacheset, app-20261121024700-0000, Spark 4\.0\.1/m,
    );
    expect(stdout).toMatch(/^ {2}second run: lab-cacheset, /m);
  });

  test("finds no difference between a run and itself", async () => {
    const { stdout } = await respark(["diff", mixed, mixed, "--json"]);
    const { measures } = JSON.parse(stdout) as { measures: { change: number | null }[] };
    expect(measures.length).toBeGreaterThan(10);
    expect(measures.filter(({ change }) => change !== null && change !== 0)).toEqual([]);
  });
});
