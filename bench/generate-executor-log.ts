/**
 * Writes an executor log of any size as Spark 3.5 prints it at INFO: tasks one after the other,
 * each with its blocks, broadcasts, shuffle and spills. Its density is not below that of INFO
 * executor logs: of 30,712 recorded lines (101 bytes each) 31 % are of the memory and block
 * loggers, 38 % of tasks, 85 % of any logger that is read, and 78 % become facts; of these (102
 * bytes each) 33, 41, 92 and 79 %. The same seed gives the same bytes.
 *
 *   node --import tsx bench/generate-executor-log.ts <out> <MB> [seed]
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { seededRandom } from "./seeded-random.ts";

type Random = () => number;

const CORES = 4;
const TASKS_IN_STAGE = 400;
const GIB = 1024 ** 3;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** As Spark prints bytes. */
function size(bytes: number): string {
  if (bytes < 2 * 1024) return `${bytes.toFixed(1)} B`;
  if (bytes < 2 * 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 2 * GIB) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

/** One executor that works through stages; it keeps what its lines need to agree. */
class WrittenExecutor {
  readonly #random: Random;
  readonly #say: (record: string) => void;
  #task = 0;
  #broadcast = 0;
  #free = 12 * GIB;
  readonly #blocks: { readonly id: string; readonly bytes: number }[] = [];

  constructor(random: Random, say: (record: string) => void) {
    this.#random = random;
    this.#say = say;
  }

  /** As many tasks as there are cores, each line of one beside those of the others. */
  wave(): void {
    const tasks = Array.from({ length: CORES }, () => this.#task++);
    for (const task of tasks)
      this.#say(`INFO CoarseGrainedExecutorBackend: Got assigned task ${task}`);
    for (const task of tasks) this.#say(`INFO Executor: Running ${named(task)}`);
    if (tasks.some((task) => task % TASKS_IN_STAGE < CORES)) this.#stage();
    for (const task of tasks) this.#work(task);
    for (const task of tasks) {
      const bytes = 900 + below(this.#random, 8100);
      this.#say(`INFO Executor: Finished ${named(task)}. ${bytes} bytes result sent to driver`);
    }
  }

  /** A stage brings its binary. */
  #stage(): void {
    for (let i = 0; i < 4; i++) this.#readBroadcast();
    this.#say(
      `INFO MapOutputTrackerWorker: Updating epoch to ${this.#broadcast} and clearing cache`,
    );
  }

  #readBroadcast(): void {
    const number = this.#broadcast++;
    const bytes = 2_000 + below(this.#random, 60_000);
    const broadcast = `broadcast_${number}`;
    this.#say(
      `INFO TorrentBroadcast: Started reading broadcast variable ${number} with 1 pieces (estimated total size 4.0 MiB)`,
    );
    this.#stored(`${broadcast}_piece0`, "bytes", bytes);
    this.#say(
      `INFO TorrentBroadcast: Reading broadcast variable ${number} took ${below(this.#random, 40)} ms`,
    );
    this.#stored(broadcast, "values", bytes * 2);
  }

  #stored(id: string, form: "bytes" | "values", bytes: number): void {
    this.#free = Math.max(this.#free - bytes, 0);
    this.#say(
      `INFO MemoryStore: Block ${id} stored as ${form} in memory (estimated size ${size(bytes)}, free ${size(this.#free)})`,
    );
  }

  #work(task: number): void {
    const random = this.#random;
    const chance = random();
    const rdd = Math.floor(task / TASKS_IN_STAGE) % 40;
    const block = `rdd_${rdd}_${task % TASKS_IN_STAGE}`;
    if (chance < 0.38) this.#say(`INFO BlockManager: Found block ${block} locally`);
    else if (chance < 0.78) this.#cache(block);
    if (random() < 0.2) this.#readBroadcast();
    if (random() < 0.45) this.#shuffle();
    if (random() < 0.05) this.#spill(task);
    if (random() < 0.3)
      this.#say(`INFO CodeGenerator: Code generated in ${(1 + random() * 98).toFixed(6)} ms`);
    if (random() < 0.3) {
      this.#say(
        `INFO FileScanRDD: Reading File path: s3a://bucket/warehouse/sales/day=${2_450_000 + below(random, 2000)}/part-${String(task % 1000).padStart(5, "0")}.c000.snappy.parquet, range: 0-${below(random, 1e8)}, partition values: [${2_450_000 + below(random, 2000)}]`,
      );
    }
  }

  /** A block that fits, that needs others to go, or that does not fit. */
  #cache(id: string): void {
    const random = this.#random;
    const bytes = (4 + below(random, 60)) * 1024 ** 2 + below(random, 1024 ** 2);
    if (random() < 0.15) {
      this.#say(`INFO MemoryStore: Will not store ${id}`);
      this.#say(
        `WARN MemoryStore: Not enough space to cache ${id} in memory! (computed ${size(bytes)} so far)`,
      );
      this.#say(
        `INFO MemoryStore: Memory use = ${size(12 * GIB - this.#free)} (blocks) + ${size(bytes)} (scratch space shared across ${CORES} tasks(s)) = ${size(12 * GIB - this.#free + bytes)}. Storage limit = 12.0 GiB.`,
      );
      this.#say(`WARN BlockManager: Persisting block ${id} to disk instead.`);
      return;
    }
    const gone = this.#free < 2 * bytes ? this.#blocks.splice(0, 2) : [];
    if (gone.length > 0) {
      const freed = gone.reduce((sum, block) => sum + block.bytes, 0);
      this.#say(
        `INFO MemoryStore: ${gone.length} blocks selected for dropping (${size(freed)} bytes)`,
      );
      for (const block of gone) {
        this.#say(`INFO BlockManager: Dropping block ${block.id} from memory`);
        this.#say(`INFO BlockManager: Writing block ${block.id} to disk`);
      }
      this.#free += freed;
      this.#say(
        `INFO MemoryStore: After dropping ${gone.length} blocks, free memory is ${size(this.#free)}`,
      );
    }
    this.#stored(id, "values", bytes);
    this.#blocks.push({ id, bytes });
  }

  #shuffle(): void {
    const random = this.#random;
    const blocks = 1 + below(random, 400);
    const bytes = below(random, 200) * 1024 ** 2;
    this.#say(
      `INFO ShuffleBlockFetcherIterator: Getting ${blocks} (${size(bytes)}) non-empty blocks including ${blocks} (${size(bytes)}) local and 0 (0.0 B) host-local and 0 (0.0 B) push-merged-local and 0 (0.0 B) remote blocks`,
    );
    this.#say(
      `INFO ShuffleBlockFetcherIterator: Started 0 remote fetches in ${below(random, 90)} ms`,
    );
  }

  #spill(task: number): void {
    const random = this.#random;
    const bytes = (16 + below(random, 400)) * 1024 ** 2;
    this.#say(
      `INFO UnsafeExternalSorter: Thread ${40 + (task % CORES)} spilling sort data of ${size(bytes)} to disk (${below(random, 9)}  times so far)`,
    );
    if (random() > 0.02) return;
    this.#say(`INFO TaskMemoryManager: Memory used in task ${task}`);
    this.#say(
      `INFO TaskMemoryManager: Acquired by org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter@${below(random, 2 ** 31).toString(16)}: ${size(bytes)}`,
    );
    this.#say(
      `ERROR Executor: Exception in ${named(task)}\njava.lang.OutOfMemoryError: Java heap space\n${Array.from({ length: 14 }, (_, n) => `\tat org.apache.spark.sql.execution.Something${n}.method(Something.scala:${below(random, 900)})`).join("\n")}`,
    );
  }
}

function named(task: number): string {
  return `task ${task % TASKS_IN_STAGE}.0 in stage ${Math.floor(task / TASKS_IN_STAGE)}.0 (TID ${task})`;
}

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
  let pieces: string[] = [];
  const executor = new WrittenExecutor(random, (record) => {
    seconds += random() * 0.02;
    if (Math.floor(seconds) !== second) {
      second = Math.floor(seconds);
      prefix = stamp(seconds);
    }
    pieces.push(prefix, " ", record, "\n");
  });
  while (bytes < megabytes * 1_000_000) {
    for (let wave = 0; wave < 400; wave++) executor.wave();
    const text = pieces.join("");
    pieces = [];
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
