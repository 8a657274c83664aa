/**
 * Settings as they are asked for: `--set key=value`, several values of one key, `--sweep
 * key=a..b:step`.
 */
import { UserError } from "../user-error.ts";

export interface Sweep {
  readonly key: string;
  readonly values: readonly string[];
}

/** Every combination of the values given for each key; without any, the run as it was. */
export function scenariosOf(
  given: readonly string[],
  sweep: Sweep | undefined,
): readonly ReadonlyMap<string, string>[] {
  const values = new Map<string, string[]>();
  for (const text of given) {
    const at = text.indexOf("=");
    if (at <= 0 || at === text.length - 1)
      throw new UserError(`--set is key=value, as spark.executor.memory=2g, not ${text}`);
    const key = text.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), text.slice(at + 1)]);
  }
  if (sweep !== undefined) values.set(sweep.key, [...sweep.values]);
  let scenarios: ReadonlyMap<string, string>[] = [new Map()];
  for (const [key, choices] of values)
    scenarios = scenarios.flatMap((scenario) =>
      choices.map((value) => new Map([...scenario, [key, value]])),
    );
  return scenarios;
}

const STEPS = 8;
const MIB = 1_048_576;

/** `key=a..b` in eight steps, or `key=a..b:step`. Sizes are whole MiB. */
export function sweptSetting(text: string): Sweep {
  const parts = /^([\w.]+)=([^.]+(?:\.\d+)?)\.\.([^:]+?)(?::(.+))?$/.exec(text);
  const [, key, from, to, by] = parts ?? [];
  if (key === undefined || from === undefined || to === undefined)
    throw new UserError(
      `--sweep is key=from..to or key=from..to:step, as spark.executor.memory=1g..4g:512m, not ${text}`,
    );
  const first = amountOf(from);
  const last = amountOf(to);
  const step = by === undefined ? undefined : amountOf(by).value;
  if (last.value <= first.value || (step !== undefined && step <= 0))
    throw new UserError(`${text} goes nowhere: from must be less than to`);
  const each = step ?? (last.value - first.value) / (STEPS - 1);
  const values: string[] = [];
  for (let value = first.value; value <= last.value + each / 1000; value += each)
    values.push(first.isSize ? sizeText(value) : String(Number(value.toPrecision(6))));
  return { key, values: [...new Set(values)] };
}

interface Amount {
  readonly value: number;
  readonly isSize: boolean;
}

/** A plain number, or a size in bytes. */
export function amountOf(text: string): Amount {
  const parts = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim());
  if (parts === null) throw new UserError(`${text} is neither a number nor a size`);
  const unit = (parts[2] ?? "").toLowerCase();
  const value = Number(parts[1]);
  if (unit === "") return { value, isSize: false };
  const factor = 1024 ** ("kmgt".indexOf(unit) + 1);
  return { value: value * factor, isSize: true };
}

/** Whole MiB, as Spark's settings take them. */
export function sizeText(bytes: number): string {
  return `${Math.round(bytes / MIB)}m`;
}
