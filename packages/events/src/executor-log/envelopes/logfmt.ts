/** `time=… level=… msg="…"`: the pairs of a line become a JSON object, as loggers print either. */
import { sparkWordsIn } from "../spark-wording.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const PAIR = /([A-Za-z_@][\w.@-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)/y;
const FEWEST_PAIRS = 3;
const LINE_BYTES = 1 << 20;

export class Logfmt implements Envelope {
  readonly name = "logfmt";

  open(line: Unwrapped): boolean {
    const pairs = pairsOf(line);
    if (pairs === undefined) return false;
    line.buffer = Buffer.from(JSON.stringify(pairs));
    line.start = 0;
    line.end = line.buffer.length;
    return true;
  }
}

function pairsOf({ buffer, start, end }: Unwrapped): Record<string, string> | undefined {
  if (end - start > LINE_BYTES) return undefined;
  const text = buffer.toString("utf8", start, end);
  const pairs: Record<string, string> = {};
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const [, key, value = ""] = PAIR.exec(text) ?? [];
    if (key === undefined) return undefined;
    pairs[key] = value.startsWith('"') ? unescaped(value) : value;
  }
  return Object.keys(pairs).length < FEWEST_PAIRS ? undefined : pairs;
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

/** Most lines with words of Spark are pairs through and through. */
export function areLogfmt(lines: readonly Unwrapped[]): boolean {
  const telling = lines.filter(
    ({ buffer, start, end }) => sparkWordsIn(buffer, start, end) !== undefined,
  );
  const paired = telling.filter((line) => pairsOf(line) !== undefined).length;
  return paired > 0 && paired >= telling.length * 0.8;
}
