/**
 * Which Spark printed a log that does not say so: wordings that only some versions use, and the
 * class path of its command.
 */
import type { LogRecord } from "../executor-log/log-record.ts";

/** Spark lines (`2.1`), both included; undefined: open. */
export interface VersionBounds {
  readonly atLeast: string | undefined;
  readonly atMost: string | undefined;
}

/**
 * `/opt/spark-2.4.8-bin-hadoop2.7/jars/*`, `spark-core_2.12-3.5.1.jar`,
 * `spark-assembly-1.6.1-hadoop2.6.0.jar`
 */
const CLASS_PATH =
  /\/spark-(?:core_[\d.]+-|assembly-)?([1-9]\.\d+\.\d+)[\w.-]*(?:\/(?:conf|jars|lib)\b|\.jar\b)/g;
/** `bytesToString` says MiB since 3.0 (spec/memory-model.md 5.2). */
const BINARY_UNIT = /\d [KMGT]iB\b/;
const DECIMAL_UNIT = /\d [KMGT]B\b/;
/** Thread names, spec/memory-model.md 5.4. */
const THREADS: readonly (readonly [RegExp, VersionBounds])[] = [
  [/^Executor task launch worker-\d+$/, { atLeast: undefined, atMost: "2.1" }],
  [/^Executor task launch worker for task \d+$/, { atLeast: "2.1", atMost: "3.0" }],
  [
    /^Executor task launch worker for task \d+\.\d+ in stage/,
    { atLeast: "3.1", atMost: undefined },
  ],
];
/** Units and threads say the same on every line. */
const LOOKED_AT = 512;

export class VersionMarks {
  #atLeast: string | undefined;
  #atMost: string | undefined;
  readonly #classPath = new Set<string>();
  #looked = 0;
  /** No command line came before the first line, which is the first that a JVM prints. */
  #beginsWithoutCommand = false;
  #standalone = false;
  #first = true;
  /**
   * Up to 3.5 the store starts before the executor, since 4.0 with the first task; the first two
   * lines of these tell.
   */
  #started: "store_started" | "executor_started" | undefined;
  #ordered = false;

  see(record: LogRecord, thread: string | undefined): void {
    const { template } = record;
    if (this.#first) this.#begin(record);
    const kind = record.fact?.kind;
    if (kind === "store_started" || kind === "executor_started") this.#order(kind);
    if (template?.name === "X0") this.#command(record.message);
    else if (template !== undefined) {
      this.#narrow({ atLeast: template.since, atMost: template.until });
      if (this.#looked < LOOKED_AT) this.#look(record.message, thread);
    } else if (record.logger === "WorkerWatcher") this.#standalone = true;
  }

  get bounds(): VersionBounds | undefined {
    const atLeast = this.#atLeast;
    let atMost = this.#atMost;
    // A standalone worker writes the command before all since 2.3; up to 2.2 the executor's output
    // overwrote it.
    if (this.#beginsWithoutCommand && this.#standalone) atMost = older(atMost, "2.2");
    return atLeast === undefined && atMost === undefined ? undefined : { atLeast, atMost };
  }

  /** The one version that the class path names, unless the lines contradict it. */
  get classPathVersion(): string | undefined {
    const [only] = this.#classPath;
    if (only === undefined || this.#classPath.size > 1) return undefined;
    const { atLeast, atMost } = this.bounds ?? {};
    const line = lineNumber(only);
    if (atLeast !== undefined && line < lineNumber(atLeast)) return undefined;
    return atMost !== undefined && line > lineNumber(atMost) ? undefined : only;
  }

  #begin(record: LogRecord): void {
    this.#first = false;
    this.#beginsWithoutCommand =
      record.line === 1 &&
      record.logger === "CoarseGrainedExecutorBackend" &&
      /^(?:Started daemon|Registered signal handlers)/.test(record.message);
  }

  #order(kind: "store_started" | "executor_started"): void {
    if (!this.#ordered && this.#started !== undefined && this.#started !== kind) {
      this.#ordered = true;
      this.#narrow(
        kind === "executor_started"
          ? { atLeast: undefined, atMost: "3.5" }
          : { atLeast: "4.0", atMost: undefined },
      );
    }
    this.#started = kind;
  }

  #command(message: string): void {
    for (const [, version] of message.matchAll(CLASS_PATH)) {
      if (version !== undefined) this.#classPath.add(version);
    }
  }

  #look(message: string, thread: string | undefined): void {
    this.#looked++;
    if (BINARY_UNIT.test(message)) this.#narrow({ atLeast: "3.0", atMost: undefined });
    else if (DECIMAL_UNIT.test(message)) this.#narrow({ atLeast: undefined, atMost: "2.4" });
    if (thread === undefined) return;
    for (const [name, bounds] of THREADS) if (name.test(thread)) this.#narrow(bounds);
  }

  #narrow({ atLeast, atMost }: VersionBounds): void {
    this.#atLeast = newer(this.#atLeast, atLeast);
    this.#atMost = older(this.#atMost, atMost);
  }
}

/**
 * What all logs of an application say together; undefined where they say nothing, or contradict
 * each other.
 */
export function commonBounds(
  all: readonly (VersionBounds | undefined)[],
): VersionBounds | undefined {
  let atLeast: string | undefined;
  let atMost: string | undefined;
  for (const bounds of all) {
    atLeast = newer(atLeast, bounds?.atLeast);
    atMost = older(atMost, bounds?.atMost);
  }
  if (atLeast === undefined && atMost === undefined) return undefined;
  const contradict =
    atLeast !== undefined && atMost !== undefined && lineNumber(atLeast) > lineNumber(atMost);
  return contradict ? undefined : { atLeast, atMost };
}

function newer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return lineNumber(a) >= lineNumber(b) ? a : b;
}

function older(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return lineNumber(a) <= lineNumber(b) ? a : b;
}

/** Of `2.4` or `2.4.8`: a number that orders lines. */
function lineNumber(version: string): number {
  const [major, minor = "0"] = version.split(".");
  return Number(major) * 1000 + Number(minor);
}
