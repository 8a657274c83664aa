/**
 * Whether a run may be held against a baseline at all: the same memory, the same Spark, the same
 * input.
 */
import { byteStringAsBytes, defaultOf, newestSparkBehaviour, sparkBehaviour } from "@respark/core";
import { type Baseline, inputEntries } from "./baseline.ts";
import type { Difference, MeasuredRun } from "./check.ts";

/** Differences from the baseline that the user allows. */
export interface Allowed {
  readonly configChange: boolean;
  readonly versionChange: boolean;
  readonly otherApplication: boolean;
  readonly normaliseBy: "input" | undefined;
}

/** Input may differ by so much before it is another input. */
const INPUT_TOLERANCE = 0.2;
/**
 * Tasks and shuffles are the program's doing too: alone they tell another input only when they are
 * far apart.
 */
const WORK_TOLERANCE = 1;
/** A JVM's report of its own heap moves a little between runs. */
const MEMORY_TOLERANCE = 0.05;

/**
 * Names of measured facts among the settings: they have no default, and are absent where no log
 * tells.
 */
const MEASURED = /^executor /;

/**
 * How a run differs from its baseline's in what must be equal: application, version, settings,
 * evidence. Empty: comparable.
 */
export function differencesFrom(
  baseline: Baseline,
  run: MeasuredRun,
  allowed: Allowed,
): Difference[] {
  return [
    ...applicationDifferences(baseline, run, allowed),
    ...versionDifferences(baseline, run, allowed),
    ...configurationDifferences(baseline, run, allowed),
    ...inputDifferences(baseline, run, allowed),
  ];
}

/** Of the baseline's stages, at least so many must be in a run that calls itself otherwise. */
const ALIKE_BY_SHAPE = 0.5;
/** Below this the stages have nothing to do with each other, whatever the name. */
const NOTHING_ALIKE = 0.1;
/** Fewer stages show no shape. */
const STAGES_WITH_SHAPE = 3;

/** A program is known by its name and by what its stages are; a name alone may carry a date. */
function applicationDifferences(
  baseline: Baseline,
  run: MeasuredRun,
  { otherApplication }: Allowed,
): Difference[] {
  const was = baseline.application.name;
  const is = run.application.name;
  const alike = stagesAlike(baseline, run);
  const sameName = was === is || was === undefined || is === undefined;
  if (alike === undefined || alike >= (sameName ? NOTHING_ALIKE : ALIKE_BY_SHAPE)) return [];
  const shown = (name: string | undefined): string => `“${name ?? "unnamed"}”`;
  return [
    {
      kind: "application",
      name: "application",
      baseline: shown(was),
      run: `${shown(is)}, ${Math.round(100 * alike)} % of whose baseline's stages it has`,
      allowed: otherApplication,
    },
  ];
}

/**
 * Share of the baseline's stages that the run has, by operators and call site; undefined: too few
 * to tell.
 */
function stagesAlike({ stages }: Baseline, { subjects }: MeasuredRun): number | undefined {
  const known = Object.entries(stages).map(([key, { shape }]) => stageSign(key, shape));
  const own = subjects.filter(({ kind }) => kind === "stage");
  if (known.length < STAGES_WITH_SHAPE || own.length === 0) return undefined;
  const has = new Set(own.map(({ key, shape }) => stageSign(key, shape)));
  return known.filter((sign) => has.has(sign)).length / known.length;
}

/** Without the number of tasks, which settings and input decide. */
function stageSign(key: string, shape: string): string {
  return `${key} ${shape.replace(/ × \d+$/, "")}`;
}

function versionDifferences(baseline: Baseline, run: MeasuredRun, allowed: Allowed): Difference[] {
  const was = baseline.application.spark_version;
  const is = run.application.sparkVersion;
  if (was === is || was === undefined || is === undefined) return [];
  return [
    { kind: "version", name: "Spark", baseline: was, run: is, allowed: allowed.versionChange },
  ];
}

function configurationDifferences(
  baseline: Baseline,
  run: MeasuredRun,
  { configChange }: Allowed,
): Difference[] {
  const differences: Difference[] = [];
  const keys = new Set([...Object.keys(baseline.configuration), ...Object.keys(run.configuration)]);
  const version = baseline.application.spark_version ?? run.application.sparkVersion;
  const behaviour =
    version === undefined
      ? newestSparkBehaviour
      : (sparkBehaviour(version) ?? newestSparkBehaviour);
  for (const key of [...keys].sort()) {
    const was = baseline.configuration[key] ?? defaultOf(key, behaviour);
    const is = run.configuration[key] ?? defaultOf(key, behaviour);
    if (MEASURED.test(key) && (was === undefined || is === undefined)) continue;
    if (sameSetting(key, was, is)) continue;
    differences.push({
      kind: "configuration",
      name: key,
      baseline: was,
      run: is,
      allowed: configChange,
    });
  }
  const managers = [baseline.application.memory_manager, run.application.memoryManager];
  if (managers[0] !== managers[1] && managers.every((manager) => manager !== undefined)) {
    differences.push({
      kind: "configuration",
      name: "memory manager",
      baseline: managers[0],
      run: managers[1],
      allowed: configChange,
    });
  }
  return differences;
}

/** `1g` and `1024m`, `0.60` and `0.6` are one setting. */
export function sameSetting(key: string, was: string | undefined, is: string | undefined): boolean {
  if (was === is) return true;
  if (was === undefined || is === undefined) return false;
  if (key.endsWith("_bytes")) {
    return Math.abs(Number(was) - Number(is)) <= MEMORY_TOLERANCE * Number(was);
  }
  if (was.toLowerCase() === is.toLowerCase()) return true;
  if (was.trim() !== "" && is.trim() !== "" && Number(was) === Number(is)) return true;
  const sizes = [sizeOf(was), sizeOf(is)];
  return sizes[0] !== undefined && sizes[0] === sizes[1];
}

/** Bytes of a size with its suffix. */
export function sizeOf(text: string): number | undefined {
  if (!/^\d+[a-z]+$/i.test(text.trim())) return undefined;
  try {
    return byteStringAsBytes(text);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function inputDifferences(
  baseline: Baseline,
  run: MeasuredRun,
  { normaliseBy }: Allowed,
): Difference[] {
  const differences: Difference[] = [];
  const measured = new Map(inputEntries(run.input));
  const both = [...measured.keys()].filter((name) => baseline.input[name] !== undefined);
  const readInput = both.some((name) => name.startsWith("input_"));
  for (const name of both) {
    const was = baseline.input[name];
    const is = measured.get(name);
    if (was === undefined || is === undefined) continue;
    const isInput = name.startsWith("input_");
    if (!isInput && readInput) continue;
    // What ended early did less because it ended early.
    if (is < was.min && isPartial(run)) continue;
    const tolerance = isInput ? INPUT_TOLERANCE : WORK_TOLERANCE;
    if (is <= was.max * (1 + tolerance) && is >= was.min / (1 + tolerance)) continue;
    differences.push({
      kind: "input",
      name: name.replaceAll("_", " "),
      baseline: String(was.median),
      run: String(is),
      allowed: normaliseBy === "input",
    });
  }
  return differences;
}

function isPartial({ trust, measures }: MeasuredRun): boolean {
  const failedJobs = measures.find(({ metric }) => metric === "failed_jobs")?.value?.best ?? 0;
  return trust.incomplete.length > 0 || failedJobs > 0;
}

/** How much more input the run had; undefined: unknown. */
export function inputFactor(baseline: Baseline, { input }: MeasuredRun): number | undefined {
  for (const [name, is] of inputEntries(input)) {
    const was = baseline.input[name]?.median;
    if (was !== undefined && was > 0) return is / was;
  }
  return undefined;
}

/** Whether both had as much memory to fill. */
export function sameMemory(baseline: Baseline, { configuration }: MeasuredRun): boolean {
  return ["executor max_memory_bytes", "executor off_heap_bytes"].every((key) => {
    const was = baseline.configuration[key];
    const is = configuration[key];
    return sameSetting(key, was, is);
  });
}
