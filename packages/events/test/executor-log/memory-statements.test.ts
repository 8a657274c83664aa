import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isMemoryStatement } from "../../src/executor-log/memory-statement.ts";
import { decode } from "./decoded.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const FIXTURES = join(ROOT, "fixtures/runs");
const SHARED = join(ROOT, "../shared/data");
const RUNS = join(SHARED, "runs");

function textLogs(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => /^(?:executor-|driver)/.test(name))
    .map((name) => join(directory, name));
}

function bytesOf(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

interface Tally {
  statements: number;
  facts: number;
  unread: number;
  torn: number;
  relevant: number;
  unmatched: string[];
}

/**
 * Statements counted as tools/score-replay.py counts them, on raw lines, beside the facts that came
 * of them.
 */
function tally(paths: readonly string[]): Tally {
  const sum: Tally = { statements: 0, facts: 0, unread: 0, torn: 0, relevant: 0, unmatched: [] };
  for (const path of paths) {
    const bytes = bytesOf(path);
    for (const line of bytes.toString("latin1").split("\n")) {
      if (isMemoryStatement(line)) sum.statements++;
    }
    const { decoder, oddities } = decode(bytes, {
      everyRecord: true,
      look: (record) => {
        if (record.fact !== undefined && isMemoryStatement(record.message)) sum.facts++;
        if (record.template === undefined && RELEVANT.test(record.logger)) {
          sum.unmatched.push(`${record.logger}: ${record.message}`);
        }
      },
    });
    sum.unread += decoder.counts.unreadStatements;
    sum.torn += oddities.filter(({ code }) => code === "torn_record").length;
    sum.relevant += decoder.counts.relevant;
  }
  return sum;
}

/** Loggers of spec/log-templates.md whose every line has a template. */
const RELEVANT =
  /^(?:MemoryStore|BlockManager(?:Info|Master|MasterEndpoint|SlaveEndpoint|StorageEndpoint)?|DiskStore|CacheManager|(?:Unified|Static|Shuffle|Task)MemoryManager|(?:Execution|Storage)MemoryPool|External(?:Sorter|AppendOnlyMap)|(?:Unsafe|Shuffle)ExternalSorter|RowBasedKeyValueBatch|Executor|CoarseGrainedExecutorBackend|TorrentBroadcast|TaskSetManager|TaskSchedulerImpl)$/;

/** Cut records at a file's end overwrite each other (spec/log-templates.md 1). */
const CUT =
  /: (?:R(?:E(?:C\w*)?)?(?: S\w*)?|RECEIVED ?\w{0,6}|Driver from \S*|Driver \w*|\w{0,4}) ?$/;

test.each(readdirSync(FIXTURES))("fixtures %s: every memory statement is a fact", (run) => {
  const { statements, facts, unread, unmatched } = tally(textLogs(join(FIXTURES, run)));
  expect(statements).toBeGreaterThan(0);
  expect(facts).toBe(statements);
  expect(unread).toBe(0);
  expect(unmatched.filter((line) => !CUT.test(line))).toEqual([]);
});

const versions = existsSync(RUNS)
  ? [...new Set(readdirSync(RUNS).flatMap((run) => /^s\d\d(?=-)/.exec(run)?.[0] ?? []))]
  : [];

test.skipIf(versions.length === 0).each(versions.length === 0 ? ["none"] : versions)(
  "runs of %s (../shared, left out where it is not there): every memory statement is a fact, every relevant line has a template",
  (version) => {
    const runs = readdirSync(RUNS).filter((run) => run.startsWith(`${version}-`));
    const { statements, facts, unread, unmatched } = tally(
      runs.flatMap((run) => textLogs(join(RUNS, run, "logs"))),
    );
    expect(statements).toBeGreaterThan(0);
    expect(facts).toBe(statements);
    expect(unread).toBe(0);
    expect(unmatched.filter((line) => !CUT.test(line))).toEqual([]);
  },
);

const LOGHUB = join(SHARED, "third-party/loghub/Spark_2k.log");

test.skipIf(!existsSync(LOGHUB))(
  "loghub's YARN executor (../shared, left out where it is not there): every relevant line has a template",
  () => {
    const { statements, facts, unmatched, relevant } = tally([LOGHUB]);
    expect(facts).toBe(statements);
    expect(relevant).toBeGreaterThan(1000);
    expect(unmatched).toEqual([]);
  },
);

test("a statement in words that no template knows is a diagnostic, and counted", () => {
  const { records, oddities, decoder } = decode(
    "26/11/21 02:36:35 INFO MemoryStore: Will not store rdd_0_0, said a Spark of tomorrow\n",
  );
  expect(records).toEqual([]);
  expect(oddities).toEqual([
    {
      code: "unread_statement",
      severity: "warning",
      line: 1,
      byteOffset: 0,
      message: "Will not store rdd_0_0, said a Spark of tomorrow",
    },
  ]);
  expect(decoder.counts.unreadStatements).toBe(1);
});
