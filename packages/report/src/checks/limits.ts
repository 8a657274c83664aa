/** Which limit holds for a metric of a subject: the default, or what the configuration says. */
import type { Allowance, Level, Metric } from "./check.ts";
import { amountOf, type GateConfig, type LimitConfig, matches } from "./gate-config.ts";

export interface Limits {
  readonly level: Level;
  readonly fail: Allowance;
  readonly warn: Allowance | undefined;
  readonly budget: number | undefined;
  readonly ignored: boolean;
}

export function limitsOf(metric: Metric, subject: string | undefined, config: GateConfig): Limits {
  const given = configured(metric, subject, config);
  const fail = allowanceOf(given?.fail, metric.allowance);
  return {
    // Who writes a limit down wants it to count.
    level: given?.level ?? (given !== undefined && metric.level === "off" ? "fail" : metric.level),
    fail,
    warn: given?.warn === undefined ? undefined : allowanceOf(given.warn, fail),
    budget: given?.budget === undefined ? undefined : amountOf(given.budget),
    ignored: isIgnored(metric.id, subject, config),
  };
}

export function isIgnored(
  check: string,
  subject: string | undefined,
  { ignore = [] }: GateConfig,
): boolean {
  const name = subject === undefined ? check : `${check}:${subject}`;
  return ignore.some((pattern) => pattern === check || matches(pattern, name));
}

function configured(
  { id, scope }: Metric,
  subject: string | undefined,
  config: GateConfig,
): LimitConfig | undefined {
  if (scope !== "stage" && scope !== "rdd") return config.limits?.[id];
  const entries = (scope === "stage" ? config.stages : config.rdds) ?? [];
  return entries.find(({ match }) => matches(match, subject ?? ""))?.limits[id];
}

function allowanceOf(given: LimitConfig["fail"], without: Allowance): Allowance {
  return {
    relative: given?.relative ?? (given?.absolute === undefined ? without.relative : 0),
    absolute:
      given?.absolute === undefined
        ? given?.relative === undefined
          ? without.absolute
          : 0
        : amountOf(given.absolute),
  };
}
