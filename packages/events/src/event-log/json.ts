/**
 * Where an event's JSON becomes typed: every reader here takes `unknown` and answers with a type or
 * undefined.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

/** An event whose JSON is well formed but lacks what every Spark version writes. */
export class MissingField extends Error {
  override readonly name: string = "MissingField";
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/**
 * An exact integer, from a number or its decimal text (accumulators of 1.x and SQL metrics are
 * text). Beyond 2^53 JSON numbers are no longer what the log says (`Long.MaxValue`): unknown.
 */
export function asInteger(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "string" || !/^-?\d{1,16}$/.test(value)) return undefined;
  const parsed = Number(value);
  return Number.isSafeInteger(parsed) ? parsed : undefined;
}

export function integer(from: JsonObject, key: string): number | undefined {
  return asInteger(from[key]);
}

const mostInt = 2 ** 31 - 1;

/**
 * What Spark itself keeps in 32 bits (attempts, cores, profiles); what is larger, or below 0, is
 * damage.
 */
export function isInt(value: number): boolean {
  return value >= 0 && value <= mostInt;
}

export function int(from: JsonObject, key: string): number | undefined {
  const value = asInteger(from[key]);
  return value !== undefined && isInt(value) ? value : undefined;
}

export function needInt(from: JsonObject, key: string): number {
  return need(int(from, key), key);
}

/** Bytes, a duration or a count: what is below 0 is damage, and unknown. */
export function quantity(from: JsonObject, key: string): number | undefined {
  const value = asInteger(from[key]);
  return value === undefined || value < 0 ? undefined : value;
}

/**
 * 2255-06-02, three days before microseconds stop being exact integers, so that a time with its
 * uncertainty is exact, too; what lies beyond is no time that a Spark ever wrote.
 */
const latestMs = 9_007_199_000_000;

export function isTime(ms: number): boolean {
  return ms >= -latestMs && ms <= latestMs;
}

/** Epoch ms; undefined where its microseconds are beyond exact integers. */
export function timeMs(from: JsonObject, key: string): number | undefined {
  const ms = integer(from, key);
  return ms !== undefined && isTime(ms) ? ms : undefined;
}

/** Resource amounts may be fractions, and are never below 0. */
export function amount(from: JsonObject, key: string): number | undefined {
  const value = from[key];
  return typeof value === "number" && value >= 0 && value !== Infinity ? value : undefined;
}

export function text(from: JsonObject, key: string): string | undefined {
  const value = from[key];
  return typeof value === "string" ? value : undefined;
}

export function flag(from: JsonObject, key: string): boolean | undefined {
  const value = from[key];
  return typeof value === "boolean" ? value : undefined;
}

export function object(from: JsonObject, key: string): JsonObject | undefined {
  const value = from[key];
  return isObject(value) ? value : undefined;
}

export function list(from: JsonObject, key: string): readonly unknown[] | undefined {
  const value = from[key];
  return isList(value) ? value : undefined;
}

export function objects(from: JsonObject, key: string): readonly JsonObject[] {
  return list(from, key)?.filter(isObject) ?? [];
}

export function integers(from: JsonObject, key: string): readonly number[] {
  const found: number[] = [];
  for (const value of list(from, key) ?? []) {
    const parsed = asInteger(value);
    if (parsed !== undefined) found.push(parsed);
  }
  return found;
}

/**
 * Key → text; numbers and booleans are spelled out, nulls and nested values left out. A list of
 * pairs is read as a map: `[["k","v"], …]` (Spark's own REST form), `{"_1":"k","_2":"v"}` or
 * `{"key":"k","value":"v"}` (through a DataFrame).
 */
export function texts(from: JsonObject, key: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of entriesOf(from[key])) {
    if (typeof value === "string") found.set(name, value);
    else if (typeof value === "number" || typeof value === "boolean") found.set(name, `${value}`);
  }
  return found;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (isObject(value)) return Object.entries(value);
  if (!isList(value)) return [];
  return value.flatMap((pair): readonly (readonly [string, unknown])[] => {
    const [name, of]: readonly unknown[] = isList(pair)
      ? pair
      : isObject(pair)
        ? [pair["_1"] ?? pair["key"], pair["_2"] ?? pair["value"]]
        : [];
    return typeof name === "string" ? [[name, of]] : [];
  });
}

export function needInteger(from: JsonObject, key: string): number {
  return need(integer(from, key), key);
}

export function needQuantity(from: JsonObject, key: string): number {
  return need(quantity(from, key), key);
}

/** Not written where there was one attempt alone. */
export function stageAttemptOf(from: JsonObject): number {
  return from["Stage Attempt ID"] === undefined ? 0 : needInt(from, "Stage Attempt ID");
}

export function needTimeMs(from: JsonObject, key: string): number {
  return need(timeMs(from, key), key);
}

export function needText(from: JsonObject, key: string): string {
  return need(text(from, key), key);
}

export function needObject(from: JsonObject, key: string): JsonObject {
  return need(object(from, key), key);
}

function need<T>(value: T | undefined, key: string): T {
  if (value === undefined) throw new MissingField(`no usable "${key}"`);
  return value;
}
