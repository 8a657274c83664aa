/**
 * respark.config.json: what a team asks of its job beyond the defaults. Checked whole, with
 * messages that name the place.
 */
import type { EvidenceLevel } from "@respark/core";
import * as z from "zod";
import type { Level, Metric } from "./check.ts";
import { metrics } from "./index.ts";

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};
// Without flags: JSON schema has none.
const SIZE = /^(\d+(?:\.\d+)?)\s*([bB]|[kKmMgGtT][iI][bB])$/;

/** A number in the metric's unit, or a size. */
type AmountConfig = number | string;

interface AllowanceConfig {
  readonly relative?: number | undefined;
  readonly absolute?: AmountConfig | undefined;
}

export interface LimitConfig {
  readonly level?: Level | undefined;
  readonly fail?: AllowanceConfig | undefined;
  readonly warn?: AllowanceConfig | undefined;
  readonly budget?: AmountConfig | undefined;
}

/** By metric. */
type LimitsConfig = Readonly<Record<string, LimitConfig | undefined>>;

interface SubjectLimits {
  readonly match: string;
  readonly limits: LimitsConfig;
}

/** A respark.config.json: limits, levels and checks of a project. */
export interface GateConfig {
  readonly $schema?: string | undefined;
  readonly baseline?: string | undefined;
  readonly evidence?:
    | {
        readonly level?: EvidenceLevel | undefined;
        readonly accuracy?: number | undefined;
        readonly allow_incomplete?: boolean | undefined;
      }
    | undefined;
  readonly compare?:
    | {
        readonly allow_config_change?: boolean | undefined;
        readonly allow_version_change?: boolean | undefined;
        readonly allow_other_application?: boolean | undefined;
        readonly normalise_by?: "input" | undefined;
      }
    | undefined;
  readonly limits?: LimitsConfig | undefined;
  readonly stages?: readonly SubjectLimits[] | undefined;
  readonly rdds?: readonly SubjectLimits[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly checks?:
    | readonly {
        readonly id: string;
        readonly title?: string | undefined;
        readonly sql: string;
        readonly level?: "warn" | "fail" | undefined;
      }[]
    | undefined;
}

const amount = z
  .union([
    z.number().min(0),
    z.string().regex(SIZE, 'a size is a number and a unit: "32 MiB", "1.5 GiB"'),
  ])
  .describe('In the metric\'s unit; bytes may be written "32 MiB".');

const allowance = z
  .strictObject({
    relative: z
      .number()
      .min(0)
      .optional()
      .describe("Share of the baseline's worst run: 0.5 allows half as much again."),
    absolute: amount
      .optional()
      .describe("No difference below it counts. The larger of both is allowed."),
  })
  .describe("How far beyond the baseline is still good.");

const limit = z
  .strictObject({
    level: z
      .enum(["off", "warn", "fail"])
      .optional()
      .describe("What a broken limit does: nothing, a warning, or exit code 1."),
    fail: allowance.optional().describe("Beyond it the check fails (or warns, at level warn)."),
    warn: allowance.optional().describe("Beyond it the check warns; narrower than fail."),
    budget: amount
      .optional()
      .describe(
        "Whatever the baseline says: most that is good (least, where higher values are better).",
      ),
  })
  .describe("The limit of one metric.");

/** Each metric by name, so that an editor completes them. */
function limitsFor(chosen: readonly Metric[]): z.ZodType<LimitsConfig> {
  return z.strictObject(
    Object.fromEntries(
      chosen.map(({ id, title, unit }) => [id, limit.optional().describe(`${title} (${unit})`)]),
    ),
  );
}

function subjectLimits(scope: "stage" | "rdd"): z.ZodType<readonly SubjectLimits[]> {
  const name =
    scope === "stage"
      ? "Name of stages as `respark check` prints it; * stands for anything."
      : "Name of RDDs as `respark check` prints it; * stands for anything.";
  return z.array(
    z.strictObject({
      match: z.string().min(1).describe(name),
      limits: limitsFor(metrics.filter((metric) => metric.scope === scope)),
    }),
  );
}

const configSchema: z.ZodType<GateConfig> = z
  .strictObject({
    $schema: z.string().optional().describe("Where an editor finds this schema."),
    baseline: z
      .string()
      .optional()
      .describe("Baseline file, from this file's directory; --baseline wins."),
    evidence: z
      .strictObject({
        level: z
          .enum(["debug", "info", "event_log_blocks", "event_log"])
          .optional()
          .describe("Least evidence level that a verdict may rest on; below it exit code 4."),
        accuracy: z
          .number()
          .min(0)
          .max(1)
          .optional()
          .describe(
            "Least share of memory statements that the replay predicted; 0.8 without. Below it exit code 4.",
          ),
        allow_incomplete: z
          .boolean()
          .optional()
          .describe("Accept logs that are cut off. What is missing from them is missing."),
      })
      .optional()
      .describe("How good the logs have to be."),
    compare: z
      .strictObject({
        allow_config_change: z
          .boolean()
          .optional()
          .describe("Compare runs with other memory settings."),
        allow_version_change: z
          .boolean()
          .optional()
          .describe("Compare runs of another Spark version."),
        allow_other_application: z
          .boolean()
          .optional()
          .describe("Compare runs of another application, by name and stages."),
        normalise_by: z.literal("input").optional().describe("Scale limits with the input's size."),
      })
      .optional()
      .describe("What may differ between run and baseline; otherwise exit code 5."),
    limits: limitsFor(
      metrics.filter(({ scope }) => scope === "application" || scope === "executor"),
    )
      .optional()
      .describe("Limits of the whole application."),
    stages: subjectLimits("stage").optional().describe("Limits of stages; the first match counts."),
    rdds: subjectLimits("rdd").optional().describe("Limits of RDDs; the first match counts."),
    ignore: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "Checks that are shown and never fail: a metric (spills), a metric of a stage or RDD (stage_spilled_bytes:count at *), or a check of your own.",
      ),
    checks: z
      .array(
        z.strictObject({
          id: z
            .string()
            .regex(/^[a-z0-9][a-z0-9_-]*$/, "lower-case letters, digits, - and _")
            .describe("Names it in reports."),
          title: z.string().optional().describe("What it makes sure of."),
          sql: z
            .string()
            .min(1)
            .describe("SQL file, from this file's directory. Each row it returns is a violation."),
          level: z.enum(["warn", "fail"]).optional().describe("fail without."),
        }),
      )
      .optional()
      .describe("Checks of your own, in SQL."),
  })
  .describe("Configuration of respark check");

/** The configuration cannot be used; the message names the place and what would work. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** `$.limits` for people: `limits.evicted_bytes.fail`. Throws a ConfigError. */
export function parseConfig(json: unknown): GateConfig {
  const parsed = configSchema.safeParse(json);
  if (parsed.success) {
    const ids = parsed.data.checks?.map(({ id }) => id) ?? [];
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) throw new ConfigError(`checks: the id ${twice} is used twice`);
    return parsed.data;
  }
  throw new ConfigError(parsed.error.issues.map(issueInWords).join("; "));
}

function issueInWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys")
    return `${where === "" ? "the file" : where}: ${issue.message}`;
  const unknown = issue.keys.map((key) => (where === "" ? key : `${where}.${key}`)).join(", ");
  const isLimit = /(^|\.)limits$/.test(where);
  return `${unknown}: there is no such ${isLimit ? `metric; there are ${namesFor(where)}` : "setting"}`;
}

function namesFor(where: string): string {
  const scopes = where.startsWith("stages")
    ? ["stage"]
    : where.startsWith("rdds")
      ? ["rdd"]
      : ["application", "executor"];
  return metrics
    .filter(({ scope }) => scopes.includes(scope))
    .map(({ id }) => id)
    .join(", ");
}

/** JSON schema (2020-12) of the configuration: what editors complete from. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input", reused: "ref" });
}

/** An amount of a configuration as a number. */
export function amountOf(value: number | string): number {
  if (typeof value === "number") return value;
  const [, digits, unit] = SIZE.exec(value) ?? [];
  return Math.round(Number(digits) * (SIZES[unit?.toLowerCase() ?? ""] ?? Number.NaN));
}

/** `*` stands for anything. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
