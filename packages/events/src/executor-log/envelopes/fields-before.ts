/**
 * A record whose fields stand in a JSON object before its message, with or without its level beside
 * them: `INFO {"ts":"…","logger":"…"} Running task …`, as structured-logging wrappers write it.
 */
import { isObject, type JsonObject, leavesOf, TIME_KEYS } from "../json-paths.ts";
import { levelOf } from "../layouts/level-words.ts";
import { timeIn } from "../layouts/time-forms.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const OPEN = 123;
/** An object of more is a message's own. */
const FIELDS_BYTES = 2048;
const HEAD = /^\s*(?:\[?(\w{1,8})\]?:?\s+)?(?=\{)/;
const LEVEL = /^\s*(?:\[?(\w{1,8})\]?:?\s+)/;
const MOST_BRACES = 16;

/** The fields become the head that Spark's own layouts have. */
export class FieldsBefore implements Envelope {
  readonly name = "fields-before";

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    const at = buffer.indexOf(OPEN, start);
    if (at < 0 || at >= end || at - start > 16) return false;
    const text = buffer.toString("utf8", start, end);
    const head = HEAD.exec(text);
    const fields = head === null ? undefined : objectAt(text, head[0].length);
    if (head === null || fields === undefined) return false;
    const rest = text.slice(fields.end);
    const behind = LEVEL.exec(rest);
    const isBehind = behind !== null && levelOf(behind[1] ?? "") !== undefined;
    const level = levelOf(head[1] ?? "") ?? levelOf(isBehind ? (behind[1] ?? "") : "");
    const message = (isBehind ? rest.slice(behind[0].length) : rest).trimStart();
    const named = namedIn(fields.object);
    if (message === "" || (level ?? named.level) === undefined) return false;
    const said = `${named.time ?? ""} [${named.thread ?? ""}] ${level ?? named.level} ${named.logger ?? "-"}: ${message}`;
    line.buffer = Buffer.from(said.trimStart());
    line.start = 0;
    line.end = line.buffer.length;
    return true;
  }
}

function objectAt(
  text: string,
  start: number,
): { readonly object: JsonObject; readonly end: number } | undefined {
  let end = start;
  for (let i = 0; i < MOST_BRACES; i++) {
    end = text.indexOf("}", end) + 1;
    if (end === 0 || end - start > FIELDS_BYTES) return undefined;
    const value = parsed(text.slice(start, end));
    if (isObject(value)) return { object: value, end };
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Named {
  readonly time: string | undefined;
  readonly level: string | undefined;
  readonly logger: string | undefined;
  readonly thread: string | undefined;
}

function namedIn(object: JsonObject): Named {
  const texts = leavesOf(object).map(({ path, value }) => ({
    key: path.at(-1) ?? "",
    value: String(value),
  }));
  const of = (key: RegExp): string | undefined => texts.find((one) => key.test(one.key))?.value;
  const times = TIME_KEYS.flatMap((key) => texts.filter((one) => key.test(one.key)));
  return {
    time: times.find(({ value }) => timeIn(value)?.start === 0)?.value,
    level: levelOf(of(/^(?:level|severity|log_?level)$/i) ?? ""),
    logger: of(/^(?:logger|logger_?name|class|category|source)$/i),
    thread: of(/^thread(?:_?name)?$/i),
  };
}
