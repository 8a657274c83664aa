/** Where Spark's own words begin in a line: any template's wording, whatever stands before it. */
import { viewOf } from "./line-bytes.ts";
import type { LogTemplate } from "./log-template.ts";
import { LoggerTemplates } from "./template-set.ts";
import { TEMPLATE_GROUPS } from "./templates/index.ts";

/** A wording that begins like this is taken for Spark's wherever it stands. */
const TELLING = /^(?:[A-Z][^{}]{7,}|[A-Z][\w']+ \{\w+\} [^{}]{8,}|\{(?:int|size)\} [^{}]{10,})/;

interface Wordings {
  /** The loggers that say each telling wording. */
  readonly loggersOf: ReadonlyMap<LogTemplate, readonly string[]>;
  readonly all: LoggerTemplates;
}
let known: Wordings | undefined;

/** Made for the first line that is looked at. */
function wordings(): Wordings {
  if (known !== undefined) return known;
  const loggersOf = new Map<LogTemplate, readonly string[]>();
  for (const { loggers, templates } of TEMPLATE_GROUPS) {
    for (const each of templates) if (TELLING.test(each.says)) loggersOf.set(each, loggers);
  }
  known = { loggersOf, all: new LoggerTemplates("", [...loggersOf.keys()]) };
  return known;
}

/** A head is searched for no longer than this. */
const HEAD_BYTES = 600;
const LINE_BYTES = 16 * 1024;

export interface SparkWords {
  /** Where they begin, in the line's buffer. */
  readonly at: number;
  readonly template: LogTemplate;
  /** Last segments of the loggers that say so. */
  readonly loggers: readonly string[];
}

/** The first of Spark's wordings that a line ends in; undefined: none. */
export function sparkWordsIn(buffer: Buffer, start: number, stop: number): SparkWords | undefined {
  const view = viewOf(buffer);
  const end = Math.min(stop, start + LINE_BYTES);
  const limit = Math.min(end - 8, start + HEAD_BYTES);
  let inWord = false;
  for (let at = start; at < limit; at++) {
    const alike = isWordByte(view.getUint8(at));
    if (alike && !inWord) {
      const { all, loggersOf } = wordings();
      const template = all.find(buffer, at, end);
      const loggers = template === undefined ? undefined : loggersOf.get(template);
      if (template !== undefined && loggers !== undefined) return { at, template, loggers };
    }
    inWord = alike;
  }
  return undefined;
}

function isWordByte(byte: number): boolean {
  const lower = byte | 32;
  return (lower >= 97 && lower <= 122) || (byte >= 48 && byte <= 57) || byte === 95;
}
