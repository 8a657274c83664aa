/**
 * Writes an executor log of any size as Spark 3.5 prints it at INFO: a quarter of the lines about memory, the rest what executors chat about, a few stack traces.
 * The same seed gives the same bytes.
 *
 *   node --import tsx bench/generate-executor-log.ts <out> <MB> [seed]
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { seededRandom } from "./seeded-random.ts";

type Random = () => number;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function size(random: Random): string {
  switch (below(random, 4)) {
    case 0:
      return `${(1 + random() * 1022).toFixed(1)} KiB`;
    case 1:
      return `${(1 + random() * 1022).toFixed(1)} MiB`;
    case 2:
      return `${(1 + random() * 39).toFixed(1)} GiB`;
    default:
      return `${below(random, 1000)}.0 B`;
  }
}

/** How often, and what; `{TS}` begins a further record. */
const kinds: readonly (readonly [number, (random: Random) => string])[] = [
  [
    10,
    (r) =>
      `INFO MemoryStore: Block broadcast_${below(r, 9999)}_piece0 stored as bytes in memory (estimated size ${size(r)}, free ${size(r)})`,
  ],
  [
    8,
    (r) =>
      `INFO MemoryStore: Block rdd_${below(r, 999)}_${below(r, 2000)} stored as values in memory (estimated size ${size(r)}, free ${size(r)})`,
  ],
  [
    2,
    (r) =>
      `WARN MemoryStore: Not enough space to cache rdd_${below(r, 999)}_${below(r, 2000)} in memory! (computed ${size(r)} so far)`,
  ],
  [
    1,
    (r) =>
      `INFO MemoryStore: Memory use = ${size(r)} (blocks) + ${size(r)} (scratch space shared across 16 tasks(s)) = ${size(r)}. Storage limit = ${size(r)}.`,
  ],
  [
    3,
    (r) => `INFO BlockManager: Dropping block rdd_${below(r, 999)}_${below(r, 2000)} from memory`,
  ],
  [
    2,
    (r) =>
      `INFO UnsafeExternalSorter: Thread ${40 + below(r, 59)} spilling sort data of ${size(r)} to disk (${below(r, 9)}  times so far)`,
  ],
  [
    1,
    (r) =>
      `INFO TaskMemoryManager: Memory used in task ${below(r, 99_999)}\n{TS} INFO TaskMemoryManager: Acquired by org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter@${below(r, 2 ** 31).toString(16)}: ${size(r)}\n{TS} INFO TaskMemoryManager: ${below(r, 2 ** 31)} bytes of memory were used by task ${below(r, 99_999)} but are not associated with specific consumers`,
  ],
  [
    16,
    (r) =>
      `INFO Executor: Running task ${below(r, 400)}.0 in stage ${below(r, 900)}.0 (TID ${below(r, 1_000_000)})`,
  ],
  [
    16,
    (r) =>
      `INFO Executor: Finished task ${below(r, 400)}.0 in stage ${below(r, 900)}.0 (TID ${below(r, 1_000_000)}). ${900 + below(r, 8100)} bytes result sent to driver`,
  ],
  [16, (r) => `INFO CoarseGrainedExecutorBackend: Got assigned task ${below(r, 1_000_000)}`],
  [
    12,
    (r) =>
      `INFO ShuffleBlockFetcherIterator: Getting ${below(r, 400)} (${size(r)}) non-empty blocks including ${below(r, 90)} (${size(r)}) local and ${below(r, 9)} (${size(r)}) host-local and 0 (0.0 B) push-merged-local and ${below(r, 300)} (${size(r)}) remote blocks`,
  ],
  [
    8,
    (r) =>
      `INFO ShuffleBlockFetcherIterator: Started ${below(r, 40)} remote fetches in ${below(r, 90)} ms`,
  ],
  [
    6,
    (r) =>
      `INFO FileScanRDD: Reading File path: s3a://bucket/warehouse/sales/day=${2_450_000 + below(r, 2000)}/part-${String(below(r, 999)).padStart(5, "0")}.c000.snappy.parquet, range: 0-${below(r, 1e8)}, partition values: [${2_450_000 + below(r, 2000)}]`,
  ],
  [4, (r) => `INFO CodeGenerator: Code generated in ${(1 + r() * 98).toFixed(6)} ms`],
  [
    1,
    (r) =>
      `WARN TaskSetManager: Lost task\njava.lang.OutOfMemoryError: Java heap space\n${Array.from({ length: 14 }, (_, n) => `\tat org.apache.spark.sql.execution.Something${n}.method(Something.scala:${below(r, 900)})`).join("\n")}`,
  ],
];

/** Each kind as often as it weighs. */
const drawn = kinds.flatMap(([weight, kind]) => Array.from({ length: weight }, () => kind));

function stamp(seconds: number): string {
  const date = new Date(Date.UTC(2024, 8, 1) + Math.floor(seconds) * 1000).toISOString();
  return `${date.slice(2, 10).replaceAll("-", "/")} ${date.slice(11, 19)}`;
}

/** Writes at least `megabytes` (of 1,000,000 bytes) to `out`. */
export function generateExecutorLog(
  out: string,
  { megabytes, seed = 7 }: { readonly megabytes: number; readonly seed?: number },
): { readonly bytes: number; readonly lines: number } {
  const random = seededRandom(seed);
  const fd = openSync(out, "w");
  let bytes = 0;
  let lines = 0;
  let seconds = 36_000;
  let second = -1;
  let prefix = "";
  while (bytes < megabytes * 1_000_000) {
    let text = "";
    while (text.length < 1 << 20) {
      seconds += random() * 0.02;
      if (Math.floor(seconds) !== second) {
        second = Math.floor(seconds);
        prefix = stamp(seconds);
      }
      const record = drawn[below(random, drawn.length)]?.(random) ?? "";
      text += `${prefix} ${record.includes("{TS}") ? record.replaceAll("{TS}", prefix) : record}\n`;
    }
    const made = Buffer.from(text);
    for (let at = 0; at < made.length; ) at += writeSync(fd, made, at);
    bytes += made.length;
    lines += text.split("\n").length - 1;
  }
  closeSync(fd);
  return { bytes, lines };
}

const [, program, out, megabytes, seed] = process.argv;
if (program?.endsWith("generate-executor-log.ts")) {
  if (out === undefined || !(Number(megabytes) > 0)) {
    process.stderr.write("generate-executor-log.ts <out> <MB> [seed]\n");
    process.exitCode = 2;
  } else {
    const made = generateExecutorLog(out, {
      megabytes: Number(megabytes),
      seed: Number(seed ?? 7),
    });
    process.stdout.write(`${out}: ${made.bytes} bytes, ${made.lines} lines\n`);
  }
}
