/**
 * Finds the template of a message: by logger first, then by the message's first byte, then by
 * wording.
 */
import type { LogFact } from "@respark/core";
import { Literal, viewOf } from "./line-bytes.ts";
import type { LogTemplate } from "./log-template.ts";
import {
  ANY_LOGGER_TEMPLATES,
  BARE_LOSSES,
  BARE_TEMPLATES,
  QUOTED_TEMPLATES,
  TEMPLATE_GROUPS,
} from "./templates/index.ts";
import { BARE_EXCEPTION } from "./templates/without-layout.ts";

const SCALA_OBJECT = 36;
const ZERO = 48;
const NINE = 57;
const MINUS = 45;

/**
 * Of each candidate in `LoggerTemplates.code`: its place among the templates, where its program
 * stands, and its first four letters.
 */
const TEMPLATE = 0;
const PROGRAM = 1;
const LETTERS = 2;
/** Of the letters, those that it has: zero where a placeholder comes first. */
const LETTERS_MASK = 3;
const CANDIDATE = 4;

/** Templates that one logger may say, by the first letters of the message. */
export class LoggerTemplates {
  readonly logger: string;
  private readonly templates: readonly LogTemplate[];
  /**
   * Candidates and programs of all templates, side by side: what is asked for each line should be
   * near.
   */
  private readonly code: Int32Array;
  /** By the message's first byte: where its candidates begin in `code`, and where they end. */
  private readonly firsts: Int32Array = new Int32Array(256);
  private readonly lasts: Int32Array = new Int32Array(256);

  constructor(logger: string, templates: readonly LogTemplate[]) {
    this.logger = logger;
    this.templates = templates;
    const code: number[] = [];
    const programs = templates.map(({ wording }) => {
      const place = code.length;
      code.push(...wording.program);
      return place;
    });
    const beginnings = templates.map(beginningOf);
    for (let byte = 0; byte < 256; byte++) {
      this.firsts[byte] = code.length;
      for (let i = 0; i < beginnings.length; i++) {
        const beginning = beginnings[i];
        if (beginning === undefined || !mayBeginWith(byte, beginning.with)) continue;
        code.push(i, programs[i] ?? 0, beginning.letters, beginning.mask);
      }
      this.lasts[byte] = code.length;
    }
    this.code = Int32Array.from(code);
  }

  /**
   * The first template whose wording these bytes are; its values wait in the scratch of the match.
   */
  find(buffer: Buffer, start: number, end: number): LogTemplate | undefined {
    if (start >= end) return undefined;
    const view = viewOf(buffer);
    const byte = view.getUint8(start);
    const last = this.lasts[byte] ?? 0;
    const code = this.code;
    const lettered = start + 4 <= end;
    const letters = lettered ? view.getInt32(start, true) : 0;
    for (let at = this.firsts[byte] ?? 0; at < last; at += CANDIDATE) {
      const others = (letters ^ (code[at + LETTERS] ?? 0)) & (code[at + LETTERS_MASK] ?? 0);
      if (lettered && others !== 0) continue;
      const template = this.templates[code[at + TEMPLATE] ?? 0];
      const program = code[at + PROGRAM] ?? 0;
      if (template?.wording.matches(code, program, view, start, end) === true) return template;
    }
    return undefined;
  }
}

interface Beginning {
  /** its first byte, or what stands there in place of one */
  readonly with: number | "number" | "anything";
  readonly letters: number;
  readonly mask: number;
}

function beginningOf({ wording: { prefix }, says }: LogTemplate): Beginning {
  const placeholder = /^\{(?:int|size)\}/.test(says) ? "number" : "anything";
  return { with: prefix.length > 0 ? prefix.first : placeholder, ...firstLetters(prefix) };
}

function mayBeginWith(byte: number, first: Beginning["with"]): boolean {
  if (first === "number") return (byte >= ZERO && byte <= NINE) || byte === MINUS;
  return first === "anything" || first === byte;
}

function firstLetters(prefix: Literal): { readonly letters: number; readonly mask: number } {
  const shown = Math.min(prefix.length, 4);
  let letters = 0;
  for (let i = 0; i < shown; i++) letters |= prefix.byteAt(i) << (8 * i);
  return { letters, mask: shown === 4 ? -1 : (1 << (8 * shown)) - 1 };
}

interface KnownLogger {
  readonly name: Literal;
  readonly templates: LoggerTemplates;
}

const SLOTS = 512;

function slotOf(length: number, first: number, last: number, third: number): number {
  return (length * 31 + first * 7 + last * 13 + third * 3) & (SLOTS - 1);
}

/** All templates. Loggers are compared as bytes, so a line without a template costs no string. */
export class TemplateSet {
  private readonly slots: (KnownLogger[] | undefined)[] = Array.from({ length: SLOTS });
  private readonly bare = new LoggerTemplates("", BARE_TEMPLATES);
  private readonly losses = new LoggerTemplates("", BARE_LOSSES);
  /** Of a file without any layout: everything that may stand alone. */
  private readonly alone = new LoggerTemplates("", [
    ...BARE_TEMPLATES,
    ...BARE_LOSSES,
    ...ANY_LOGGER_TEMPLATES,
    ...TEMPLATE_GROUPS.flatMap((group) => group.templates),
    BARE_EXCEPTION,
  ]);
  private readonly quotedAnywhere = new LoggerTemplates("", QUOTED_TEMPLATES);
  private readonly anyLogger = new LoggerTemplates("", ANY_LOGGER_TEMPLATES);
  /** Of a layout that prints no logger: everything. */
  private readonly every = new LoggerTemplates(
    "",
    TEMPLATE_GROUPS.flatMap((group) => group.templates),
  );

  /** In the order of `LOGGER_NAMES`. */
  private readonly numbered: readonly LoggerTemplates[];

  constructor() {
    const numbered: LoggerTemplates[] = [];
    for (const { loggers, templates } of TEMPLATE_GROUPS) {
      for (const logger of loggers) {
        const name = new Literal(logger);
        const slot = slotOf(name.length, name.first, name.byteAt(name.length - 1), name.byteAt(2));
        const known = { name, templates: new LoggerTemplates(logger, templates) };
        numbered.push(known.templates);
        this.slots[slot] = [...(this.slots[slot] ?? []), known];
      }
    }
    this.numbered = numbered;
  }

  /** The templates of a logger by its place in `LOGGER_NAMES`. */
  ofNumber(number: number): LoggerTemplates | undefined {
    return this.numbered[number];
  }

  /**
   * The templates of a logger named by its last segment, Scala's `$` allowed; undefined: nobody's.
   */
  ofLogger(buffer: Buffer, start: number, end: number): LoggerTemplates | undefined {
    const stop = end - 1 > start && buffer[end - 1] === SCALA_OBJECT ? end - 1 : end;
    const length = stop - start;
    const known =
      this.slots[slotOf(length, buffer[start] ?? 0, buffer[stop - 1] ?? 0, buffer[start + 2] ?? 0)];
    if (known === undefined) return undefined;
    const view = viewOf(buffer);
    for (let i = 0; i < known.length; i++) {
      const candidate = known[i];
      if (candidate?.name.length === length && candidate.name.standsAt(view, start, stop)) {
        return candidate.templates;
      }
    }
    return undefined;
  }

  get ofAnyLogger(): LoggerTemplates {
    return this.anyLogger;
  }

  /** Dear: asked of errors and of lines without a layout. */
  get quoted(): LoggerTemplates {
    return this.quotedAnywhere;
  }

  /** The same of a throwable that stands in its record, by its first line. */
  quotedIn([first = "", ...trace]: readonly string[], logger: string): LogFact | undefined {
    const bytes = Buffer.from(first);
    const found = this.quotedAnywhere.find(bytes, 0, bytes.length);
    return found?.factOf(found.wording.values(bytes), { logger, trace });
  }

  get withoutLogger(): LoggerTemplates {
    return this.every;
  }

  get bareLosses(): LoggerTemplates {
    return this.losses;
  }

  get bareOfAll(): LoggerTemplates {
    return this.alone;
  }

  get withoutLayout(): LoggerTemplates {
    return this.bare;
  }
}
