/**
 * What every finder may know of an application: its settings, what stood in its logs, and what its
 * stages are called.
 */
import type { relations } from "../../sql/relations.ts";
import { flagIn, numberIn, type Of, textIn } from "../../sql/row.ts";
import { bytes, executorsWords } from "../words.ts";
import type { EVICTING, FACTS } from "./questions.ts";

export interface Application {
  readonly row: Of<typeof FACTS>;
  readonly settings: ReadonlyMap<string, string>;
  /** Settings were logged: what is not among them has Spark's default. */
  readonly settingsLogged: boolean;
  /** `stage 4 “count at App.scala:12”` */
  readonly stage: (stageId: number | undefined) => string;
  /** Row of stage_partitions; undefined: no log has the stage. */
  readonly partitionsOf: (
    stageId: number | undefined,
  ) => Of<typeof relations.stage_partitions> | undefined;
  /** Pools of the executors in both modes: rows of memory_need. */
  readonly needs: readonly Of<typeof relations.memory_need>[];
  /**
   * RDDs that held memory after their last read: rows of idle_rdds, what would have prevented most
   * first.
   */
  readonly idle: readonly Of<typeof relations.idle_rdds>[];
  /** Broadcasts that evicted blocks of RDDs, what evicted most first. */
  readonly evictingBroadcasts: readonly Of<typeof EVICTING>[];
}

/** Local mode: the driver's own JVM runs the tasks. */
export function isLocal({ row }: Application): boolean {
  return flagIn(row, "runs_tasks_on_driver") === true;
}

/** `the driver, in local mode`: who it was, where the driver's JVM runs the tasks. */
export function whoInWords(
  executorIds: readonly string[],
  atMost: number,
  application: Application,
): string {
  const words = executorsWords(executorIds, atMost);
  return executorIds.length === 1 && executorIds[0] === "driver" && isLocal(application)
    ? `${words}, in local mode`
    : words;
}

/** Run time of all tasks; undefined: no log of tasks. */
export function runMillisOf({ row }: Application): number | undefined {
  const run = numberIn(row, "run_ms");
  return run === undefined || run === 0 ? undefined : run;
}

/** 1.6, 2.4, 3.5 as a number to compare by; undefined: no log names the version. */
export function lineOf({ row }: Application): number | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(textIn(row, "spark_version") ?? "") ?? [];
  return major === undefined ? undefined : Number(major) * 100 + Number(minor);
}

/** The unified manager, since 1.6; undefined: neither version nor manager is known. */
export function isUnified(application: Application): boolean | undefined {
  const manager = textIn(application.row, "memory_manager");
  if (manager !== undefined) return manager === "unified";
  const line = lineOf(application);
  return line === undefined ? undefined : line >= 300 ? true : undefined;
}

/** `spark.executor.cores, now 4`; the name alone where its value is not logged. */
export function settingInWords({ settings }: Application, key: string): string {
  const value = settings.get(key);
  return value === undefined ? key : `${key}, now ${valueInWords(key, value)}`;
}

/** `41943040 (40.0 MiB)`: bytes without a unit say little. */
function valueInWords(key: string, value: string): string {
  return /^\d{6,}$/.test(value) && /(?:size|memory|bytes|threshold)$/i.test(key)
    ? `${value} (${bytes(Number(value))})`
    : value;
}

export function coresOf({ settings, row }: Application): number | undefined {
  const set = Number(settings.get("spark.executor.cores"));
  if (Number.isInteger(set) && set > 0) return set;
  return numberIn(row, "cores");
}

const UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `4g`, `512m`; a bare number counts in `bare`. undefined: no size. */
export function sizeOf(written: string | undefined, bare: number): number | undefined {
  const [, digits, unit] = /^\s*(\d+)\s*([kmgt])?i?b?\s*$/i.exec(written ?? "") ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (unit === undefined ? bare : (UNITS[unit.toLowerCase()] ?? 1));
}
