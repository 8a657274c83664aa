/**
 * Where in JSON objects Spark's line, its time and the name of its stream stand, found on a file's
 * first objects.
 */
import {
  isObject,
  type JsonObject,
  type JsonPath,
  keyOf,
  leavesOf,
  TIME_KEYS,
  valueAt,
} from "../json-paths.ts";
import { timeIn } from "../layouts/time-forms.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { ShippedKeys } from "./shipped-json.ts";

/** More names than this tell no streams apart. */
export const MOST_STREAMS = 64;

/** Keys under which shippers keep a line, where none of a file's first lines is Spark's. */
const USUAL_KEYS = ["log", "message", "_raw", "line", "msg", "textPayload", "MESSAGE"];

/** Undefined where Spark's line stands bare in its object, or in no one place. */
export function shippedIn(objects: readonly JsonObject[]): ShippedKeys | undefined {
  if (objects.some((object) => Array.isArray(object["values"]) && isObject(object["stream"]))) {
    return { line: undefined, time: undefined, container: containerIn(objects), endsLines: false };
  }
  const heads = new Map<string, { path: JsonPath; headed: number; bare: number }>();
  for (const object of objects) {
    for (const { path, value } of leavesOf(object)) {
      if (typeof value !== "string") continue;
      const first = Buffer.from(value.split("\n", 1)[0] ?? "");
      const words = sparkWordsIn(first, 0, first.length);
      if (words === undefined && !value.includes("\n")) continue;
      const key = keyOf(path);
      const seen = heads.get(key) ?? { path, headed: 0, bare: 0 };
      heads.set(key, seen);
      if (words !== undefined && words.at === 0) seen.bare++;
      else if (words !== undefined || holdsWords(value)) seen.headed++;
    }
  }
  const [most] = [...heads.values()].sort((a, b) => b.headed + b.bare - a.headed - a.bare);
  const line =
    most !== undefined && most.headed + most.bare > 0
      ? most.headed > most.bare
        ? most.path
        : undefined
      : usualKey(objects);
  if (line === undefined) return undefined;
  const texts = objects.flatMap((object) => {
    const value = leavesOf(object).find(({ path }) => keyOf(path) === keyOf(line))?.value;
    return typeof value === "string" ? [value] : [];
  });
  const ended = texts.filter((text) => text.endsWith("\n")).length;
  return {
    line,
    time: timePathIn(objects, line),
    container: containerIn(objects),
    endsLines: ended > 0 && (ended * 2 > texts.length || isDockers(objects)),
  };
}

/** Several lines in one text, any of which is Spark's. */
export function holdsWords(text: string): boolean {
  return text.split("\n", 50).some((line) => {
    const bytes = Buffer.from(line);
    return sparkWordsIn(bytes, 0, bytes.length) !== undefined;
  });
}

/** Docker's own file: nothing but `log`, `stream` and `time`. */
function isDockers(objects: readonly JsonObject[]): boolean {
  return objects.every(
    (object) => "log" in object && "time" in object && Object.keys(object).length <= 4,
  );
}

function usualKey(objects: readonly JsonObject[]): JsonPath | undefined {
  const isStructured = objects.some((object) => "level" in object || "logger" in object);
  if (isStructured) return undefined;
  const key = USUAL_KEYS.find((name) =>
    objects.every((object) => typeof object[name] === "string"),
  );
  return key === undefined ? undefined : [key];
}

function timePathIn(objects: readonly JsonObject[], line: JsonPath): JsonPath | undefined {
  const [first] = objects;
  const times = leavesOf(first).filter(({ path, value }) => {
    const text = String(value);
    return keyOf(path) !== keyOf(line) && text.length < 64 && timeIn(text)?.start === 0;
  });
  const named = TIME_KEYS.map((key) => times.find(({ path }) => key.test(path.at(-1) ?? "")));
  return (named.find((one) => one !== undefined) ?? times[0])?.path;
}

/** Keys that name a stream, the most telling first. */
const STREAM_KEYS: readonly RegExp[] = [
  /(?:^|[._\n])pod[._\n ]?name$/i,
  /(?:^|[._\n])pod$/i,
  /(?:^|[._\n])container[._\n ]?(?:id|name)?$/i,
  /^@?log[-_ ]?stream(?:[-_ ]?name)?$/i,
];

/** Azure's diagnostics of Synapse and Fabric name the executor of each record, or `driver`. */
const EXECUTOR_KEY = /^executor[-_]?id$/i;

/** Whose record an object is, where its message stands bare in it and several wrote the file. */
export function streamsIn(objects: readonly JsonObject[]): JsonPath | undefined {
  for (const object of objects) {
    const key = Object.keys(object).find((name) => EXECUTOR_KEY.test(name));
    if (key !== undefined) return [key];
  }
  const path = containerIn(objects);
  const names = new Set(objects.map((object) => valueAt(object, path)));
  return names.size > 1 && names.size < MOST_STREAMS ? path : undefined;
}

const HOST = /(?:^|[_\n])host(?:name)?$/i;
const FILE = /(?:^|[._\n])(?:source|(?:log[._\n]?)?file(?:[._\n]?(?:path|name))?|path)$/i;

function containerIn(objects: readonly unknown[]): JsonPath | undefined {
  const [first] = objects;
  const leaves = leavesOf(first).filter(({ value }) => typeof value === "string");
  for (const key of STREAM_KEYS) {
    const found = leaves.find(({ path }) => key.test(keyOf(path)));
    if (found !== undefined) return found.path;
  }
  // A host or a file names a stream where there are several.
  for (const key of [HOST, FILE]) {
    const path = leaves.find((leaf) => key.test(keyOf(leaf.path)))?.path;
    const names = new Set(objects.map((object) => valueAt(object, path)));
    if (path !== undefined && names.size > 1 && names.size < MOST_STREAMS) return path;
  }
  return undefined;
}
