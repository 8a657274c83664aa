/**
 * The door for vectors: what is unknown in a JSON line becomes a value with a type, or an error
 * that names it.
 */

export type JsonRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record(value: unknown, what: string): JsonRecord {
  if (!isRecord(value)) throw new Error(`${what} is no object: ${JSON.stringify(value)}`);
  return value;
}

export function optionalRecord(value: unknown): JsonRecord | undefined {
  return isRecord(value) ? value : undefined;
}

/** An integer; beyond 2^53 vectors write it as a string. */
export function integer(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (typeof value === "string" && /^-?\d+$/.test(value)) return Number(value);
  throw new Error(`${what} is no integer: ${JSON.stringify(value)}`);
}

export function bigInteger(value: unknown, what: string): number | bigint {
  return typeof value === "string" ? BigInt(value) : integer(value, what);
}

export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Error(`${what} is no text: ${JSON.stringify(value)}`);
  return value;
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list: ${JSON.stringify(value)}`);
  return value;
}

export function integers(value: unknown, what: string): readonly number[] {
  return list(value, what).map((item) => integer(item, what));
}

/** Settings are text, whatever JSON type they were written in. */
export function settings(value: unknown, what: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(record(value, what)).map(([key, item]) => [key, String(item)]));
}

/**
 * Equal in value, whatever the order of keys; integers may be written as numbers or as text beyond
 * 2^53.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isWholeNumber(a) && isWholeNumber(b)) return BigInt(a) === BigInt(b);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** In how many places two values differ; a part that only one of them has counts as many. */
export function differingPlaces(a: unknown, b: unknown): number {
  if (sameJson(a, b)) return 0;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length
      ? a.reduce<number>((sum, item, at) => sum + differingPlaces(item, b[at]), 0)
      : Number.POSITIVE_INFINITY;
  if (isRecord(a) && isRecord(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].reduce<number>(
      (sum, key) =>
        sum +
        (Object.hasOwn(a, key) && Object.hasOwn(b, key)
          ? differingPlaces(a[key], b[key])
          : Number.POSITIVE_INFINITY),
      0,
    );
  }
  return 1;
}

function isWholeNumber(value: unknown): value is number | string {
  return typeof value === "number" ? Number.isInteger(value) : /^-?\d+$/.test(String(value));
}

/** An integer as vectors write it. */
export function written(value: number | bigint): number | string {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : String(value);
}
