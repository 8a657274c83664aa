/**
 * Grows a real event log to any size: its jobs again and again, with ids and times moved on, and
 * executor metrics filled in. The same seed and source give the same bytes.
 *
 *   node --conditions=@respark/source --import tsx bench/generate-log.ts <event log> <out> <MB> [seed]
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { discover, LineReader } from "../packages/events/src/index.ts";
import { seededRandom } from "./seeded-random.ts";

/** What a replica adds to an id or a time. */
type Axis = "job" | "stage" | "task" | "rdd" | "accumulator" | "sql" | "broadcast" | "time";
type Shifts = Record<Axis, number>;

interface Slot {
  readonly axis: Axis | "random";
  readonly value: number;
}

/** A line as text between slots: text, slot, text, slot, text. */
interface Template {
  readonly texts: readonly string[];
  readonly slots: readonly Slot[];
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Told once, before any replica. */
const headEvents = new Set([
  "SparkListenerLogStart",
  "SparkListenerResourceProfileAdded",
  "SparkListenerBlockManagerAdded",
  "SparkListenerEnvironmentUpdate",
  "SparkListenerApplicationStart",
  "SparkListenerExecutorAdded",
  "org.apache.spark.scheduler.SparkListenerMiscellaneousProcessAdded",
]);
/** Told once, after the last. */
const tailEvents = new Set([
  "SparkListenerExecutorRemoved",
  "SparkListenerBlockManagerRemoved",
  "SparkListenerApplicationEnd",
]);

const timeKeys = new Set([
  "Launch Time",
  "Finish Time",
  "Getting Result Time",
  "Submission Time",
  "Completion Time",
  "Timestamp",
  "time",
]);
const axisOfKey: Readonly<Record<string, Axis>> = {
  "Job ID": "job",
  "Stage ID": "stage",
  "Stage IDs": "stage",
  "RDD ID": "rdd",
  "Task ID": "task",
  executionId: "sql",
  rootExecutionId: "sql",
  "spark.sql.execution.id": "sql",
  "spark.sql.execution.root.id": "sql",
  accumulatorId: "accumulator",
};

/** No text of a log has these. */
const slotBegins = "\uE000";
const slotEnds = "\uE001";
const slotPattern = /"?\uE000(\w+):(-?\d+)\uE001"?/;

const gibibyte = 2 ** 30;
const metricLimits: Readonly<Record<string, number>> = {
  JVMHeapMemory: 30 * gibibyte,
  JVMOffHeapMemory: gibibyte / 4,
  OnHeapExecutionMemory: 12 * gibibyte,
  OffHeapExecutionMemory: gibibyte,
  OnHeapStorageMemory: 6 * gibibyte,
  OffHeapStorageMemory: gibibyte,
  OnHeapUnifiedMemory: 18 * gibibyte,
  OffHeapUnifiedMemory: 2 * gibibyte,
  DirectPoolMemory: gibibyte / 4,
  MappedPoolMemory: gibibyte / 4,
  ProcessTreeJVMRSSMemory: 36 * gibibyte,
  MinorGCCount: 900,
  MinorGCTime: 90_000,
  MajorGCCount: 9,
  MajorGCTime: 9000,
  TotalGCTime: 99_000,
};

class Growth {
  readonly #most: Shifts = {
    job: -1,
    stage: -1,
    task: -1,
    rdd: -1,
    accumulator: -1,
    sql: -1,
    broadcast: -1,
    time: 0,
  };
  #firstTime = Number.POSITIVE_INFINITY;
  readonly head: string[] = [];
  readonly body: Template[] = [];
  readonly tail: Template[] = [];
  readonly #executors = new Set<string>(["driver"]);
  readonly #blocks = new Map<string, Json>();
  readonly #rdds = new Set<number>();

  take(line: string): void {
    const event: Json = JSON.parse(line);
    if (!isObject(event)) return;
    const name = text(event["Event"]);
    if (headEvents.has(name)) {
      this.head.push(line);
      if (name === "SparkListenerExecutorAdded") this.#executors.add(text(event["Executor ID"]));
      return;
    }
    // Both are written anew for every replica.
    if (name === "SparkListenerUnpersistRDD" || name === "SparkListenerStageExecutorMetrics")
      return;
    this.#notice(name, event);
    const template = templateOf(this.#marked(event, "", ""));
    (tailEvents.has(name) ? this.tail : this.body).push(template);
    if (name === "SparkListenerStageCompleted") this.body.push(...this.#stageMetrics(event));
  }

  /** What a replica adds once more. */
  shifts(): Shifts {
    const most = this.#most;
    const span = most.time - this.#firstTime + 1000;
    return {
      job: most.job + 1,
      stage: most.stage + 1,
      task: most.task + 1,
      rdd: most.rdd + 1,
      accumulator: most.accumulator + 1,
      sql: most.sql + 1,
      broadcast: most.broadcast + 1,
      time: Number.isFinite(span) ? span : 0,
    };
  }

  /**
   * At a replica's end its blocks are gone: a log of ten thousand replicas caches no more than one.
   */
  cleaning(): Template[] {
    const removed = [...this.#blocks.values()].map((info) =>
      templateOf(
        this.#marked({ Event: "SparkListenerBlockUpdated", "Block Updated Info": info }, "", ""),
      ),
    );
    const unpersisted = [...this.#rdds].map((rdd) =>
      templateOf(this.#marked({ Event: "SparkListenerUnpersistRDD", "RDD ID": rdd }, "", "")),
    );
    return [...removed, ...unpersisted];
  }

  /** Blocks and RDDs that a replica leaves behind. */
  #notice(name: string, event: { [key: string]: Json }): void {
    const info = event["Block Updated Info"];
    if (name !== "SparkListenerBlockUpdated" || !isObject(info)) return;
    const manager = info["Block Manager ID"];
    const level = info["Storage Level"];
    if (!isObject(manager) || !isObject(level)) return;
    const block = text(info["Block ID"]);
    const key = `${text(manager["Executor ID"])} ${block}`;
    const rdd = /^rdd_(\d+)_/.exec(block)?.[1];
    if (rdd !== undefined) this.#rdds.add(Number(rdd));
    if (level["Use Memory"] === true || level["Use Disk"] === true) {
      this.#blocks.set(key, {
        ...info,
        "Storage Level": {
          ...level,
          "Use Memory": false,
          "Use Disk": false,
          "Use Off Heap": false,
        },
        "Memory Size": 0,
        "Disk Size": 0,
      });
    } else {
      this.#blocks.delete(key);
    }
  }

  /** As `spark.eventLog.logStageExecutorMetrics` writes them. */
  #stageMetrics(event: { [key: string]: Json }): Template[] {
    const stage = event["Stage Info"];
    if (!isObject(stage)) return [];
    return [...this.#executors].map((executor) =>
      templateOf(
        this.#marked(
          {
            Event: "SparkListenerStageExecutorMetrics",
            "Executor ID": executor,
            "Stage ID": stage["Stage ID"] ?? 0,
            "Stage Attempt ID": 0,
            "Executor Metrics": Object.fromEntries(
              Object.entries(metricLimits).map(([metric, limit]) => [
                metric,
                slot("random", limit),
              ]),
            ),
          },
          "",
          "",
        ),
      ),
    );
  }

  /** The same with slots where a replica differs. */
  #marked(value: Json, key: string, parent: string): Json {
    if (Array.isArray(value)) {
      if (key === "accumUpdates")
        return value.map((pair) =>
          Array.isArray(pair)
            ? pair.map((item, at) => (at === 0 ? this.#number("accumulator", item) : item))
            : pair,
        );
      return value.map((item) => this.#marked(item, key, parent));
    }
    if (isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([inner, item]) => [inner, this.#marked(item, inner, key)]),
      );
    }
    if (key === "Block ID" && typeof value === "string") return this.#block(value);
    if (parent === "Task Executor Metrics" && value === 0 && key in metricLimits)
      return slot("random", metricLimits[key] ?? 1);
    if (timeKeys.has(key) && typeof value === "number" && value > 0)
      return this.#number("time", value);
    if (key === "ID" && /Accum/.test(parent)) return this.#number("accumulator", value);
    if (key === "Parent IDs") return this.#number(parent === "RDD Info" ? "rdd" : "stage", value);
    const axis = axisOfKey[key];
    if (axis === undefined) return value;
    if (typeof value === "string")
      return /^\d+$/.test(value) ? `#${this.#slot(axis, Number(value))}` : value;
    return this.#number(axis, value);
  }

  #block(id: string): string {
    return id
      .replace(/^rdd_(\d+)/, (_, rdd: string) => `rdd_#${this.#slot("rdd", Number(rdd))}`)
      .replace(
        /^broadcast_(\d+)/,
        (_, broadcast: string) => `broadcast_#${this.#slot("broadcast", Number(broadcast))}`,
      )
      .replace(
        /^taskresult_(\d+)/,
        (_, task: string) => `taskresult_#${this.#slot("task", Number(task))}`,
      );
  }

  #number(axis: Axis, value: Json): Json {
    return typeof value === "number" && value >= 0 ? this.#slot(axis, value) : value;
  }

  #slot(axis: Axis, value: number): string {
    this.#most[axis] = Math.max(this.#most[axis], value);
    if (axis === "time") this.#firstTime = Math.min(this.#firstTime, value);
    return slot(axis, value);
  }
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function slot(axis: Axis | "random", value: number): string {
  return `${slotBegins}${axis}:${value}${slotEnds}`;
}

/**
 * A slot inside a text (marked `#`) keeps the text's quotes; a slot that is a number's whole text
 * loses them.
 */
function templateOf(event: Json): Template {
  const texts: string[] = [];
  const slots: Slot[] = [];
  let rest = JSON.stringify(event);
  for (let found = slotPattern.exec(rest); found !== null; found = slotPattern.exec(rest)) {
    const before = rest.slice(0, found.index);
    const isText = before.endsWith("#") && !found[0].startsWith('"');
    texts.push(isText ? before.slice(0, -1) : before);
    slots.push({ axis: found[1] as Slot["axis"], value: Number(found[2]) });
    rest = `${isText && found[0].endsWith('"') ? '"' : ""}${rest.slice(found.index + found[0].length)}`;
  }
  return { texts: [...texts, rest], slots };
}

function written(
  template: Template,
  shifts: Shifts,
  replica: number,
  random: () => number,
): string {
  let line = template.texts[0] ?? "";
  for (let n = 0; n < template.slots.length; n++) {
    const { axis, value } = template.slots[n] ?? { axis: "random", value: 1 };
    const shifted =
      axis === "random" ? Math.floor(random() * value) : value + replica * shifts[axis];
    line += String(shifted) + (template.texts[n + 1] ?? "");
  }
  return line;
}

/** Takes lines, writes megabytes. */
class Output {
  readonly #fd: number;
  #lines: string[] = [];
  #chars = 0;
  bytes = 0;

  constructor(path: string) {
    this.#fd = openSync(path, "w");
  }

  line(text: string): void {
    this.#lines.push(text);
    this.#chars += text.length;
    if (this.#chars > 1 << 20) this.flush();
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(`${this.#lines.join("\n")}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    this.bytes += bytes.length;
    this.#lines = [];
    this.#chars = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}

/** Writes at least `megabytes` (of 1,000,000 bytes) to `out`. */
export async function generateLog(
  source: string,
  out: string,
  { megabytes, seed = 42 }: { readonly megabytes: number; readonly seed?: number },
): Promise<{ readonly bytes: number; readonly replicas: number }> {
  const growth = new Growth();
  const reader = new LineReader({
    onLine: ({ buffer, start, end }) => growth.take(buffer.toString("utf8", start, end)),
  });
  const report = (): void => {};
  for (const { parts } of await discover([source], { report })) {
    for (const part of parts) for await (const chunk of part.chunks()) reader.push(chunk);
  }
  reader.end();
  if (growth.body.length === 0) throw new Error(`${source} holds no event that can be repeated`);
  const random = seededRandom(seed);
  const shifts = growth.shifts();
  const body = [...growth.body, ...growth.cleaning()];
  const output = new Output(out);
  for (const line of growth.head) output.line(line);
  let replica = 0;
  for (; output.bytes < megabytes * 1_000_000; replica++) {
    for (const template of body) output.line(written(template, shifts, replica, random));
    output.flush();
  }
  for (const template of growth.tail) output.line(written(template, shifts, replica - 1, random));
  output.close();
  return { bytes: output.bytes, replicas: replica };
}

const [, program, source, out, megabytes, seed] = process.argv;
if (program?.endsWith("generate-log.ts")) {
  if (source === undefined || out === undefined || !(Number(megabytes) > 0)) {
    process.stderr.write("generate-log.ts <event log> <out> <MB> [seed]\n");
    process.exitCode = 2;
  } else {
    const made = await generateLog(source, out, {
      megabytes: Number(megabytes),
      seed: Number(seed ?? 42),
    });
    process.stdout.write(`${out}: ${made.bytes} bytes, ${made.replicas} replicas\n`);
  }
}
