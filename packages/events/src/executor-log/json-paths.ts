/** Values in a JSON object by the way to them, and all texts in it with theirs. */

export type JsonPath = readonly string[];

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined where nothing stands there; a key may hold dots itself (`log.level`). */
export function valueAt(object: unknown, path: JsonPath | undefined): unknown {
  if (path === undefined) return undefined;
  let value = object;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

const DEPTH = 8;

export interface JsonLeaf {
  readonly path: JsonPath;
  readonly value: string | number;
}

/** Every text and number in an object, from the outside in; lists are not looked into. */
export function leavesOf(object: unknown): JsonLeaf[] {
  const leaves: JsonLeaf[] = [];
  const visit = (value: unknown, path: JsonPath): void => {
    if (typeof value === "string" || typeof value === "number") leaves.push({ path, value });
    else if (isObject(value) && path.length < DEPTH) {
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
    }
  };
  visit(object, []);
  return leaves;
}

/** One text for a path, to count it by. */
export function keyOf(path: JsonPath): string {
  return path.join("\n");
}

/**
 * Names of keys that hold a record's own time, the surest first: when it was received or ingested
 * is another time.
 */
export const TIME_KEYS: readonly RegExp[] = [
  /^@?_?(?:timestamp|time|ts|date)$/i,
  /^(?!.*(?:receive|ingest|observed|index|updat|creat)).*(?:time|date|(?:^|_)ts$)/i,
  /time|date|(?:^|_)ts$/i,
];
