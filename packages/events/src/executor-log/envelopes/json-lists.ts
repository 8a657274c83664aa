/**
 * Objects that keep records in lists inside them (OpenTelemetry's resourceLogs): each becomes an
 * object with one record.
 */
import { isObject, type JsonObject, leavesOf } from "../json-paths.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

const OPEN = 123;
const DEPTH = 6;
/** Of one line; lists beyond that stay as they are. */
const MOST_OBJECTS = 20_000;

export class JsonLists implements Layer {
  readonly name = "json-lists";

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    const value = buffer[start] === OPEN ? parsed(buffer.toString("utf8", start, end)) : undefined;
    if (!isObject(value)) {
      next(line);
      return;
    }
    for (const each of unlisted(value, DEPTH)) {
      line.buffer = Buffer.from(JSON.stringify(each));
      line.start = 0;
      line.end = line.buffer.length;
      next(line);
    }
  }
}

/** Spark's words stand in lists of most objects, and in none of their own texts. */
export function keepsLists(objects: readonly JsonObject[]): boolean {
  const within = objects.filter(
    (object) => !holdsWords(object) && unlisted(object, DEPTH).some(holdsWords),
  );
  return within.length * 2 > objects.length;
}

/** The object once for each element of the lists in it, which stands in the place of its list. */
function unlisted(object: JsonObject, depth: number): JsonObject[] {
  let all: JsonObject[] = [{}];
  for (const [key, value] of Object.entries(object)) {
    const found = depth === 0 ? [value] : choices(value, depth);
    const inner = all.length * found.length > MOST_OBJECTS ? [value] : found;
    all = all.flatMap((one) => inner.map((each) => ({ ...one, [key]: each })));
  }
  return all;
}

function choices(value: unknown, depth: number): readonly unknown[] {
  const named = namedValues(value);
  if (named !== undefined) return [named];
  if (isObject(value)) return unlisted(value, depth - 1);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return [value];
  return value.flatMap((each) => unlisted(each, depth - 1));
}

/**
 * `[{"field": "@message", "value": "…"}, …]` as the object it stands for; undefined: it is no such
 * list.
 */
export function namedValues(value: unknown): JsonObject | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const object: Record<string, unknown> = {};
  for (const each of value) {
    if (!isObject(each)) return undefined;
    const name = each["field"] ?? each["key"] ?? each["name"];
    if (typeof name !== "string" || !("value" in each)) return undefined;
    object[name] = each["value"];
  }
  return object;
}

function holdsWords(object: JsonObject): boolean {
  return leavesOf(object).some(({ value }) => {
    const bytes = Buffer.from(String(value).split("\n", 1)[0] ?? "");
    return sparkWordsIn(bytes, 0, bytes.length) !== undefined;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
