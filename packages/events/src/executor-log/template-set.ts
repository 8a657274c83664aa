/** Finds the template of a message: by logger first, then by the message's first byte, then by wording. */
import { Literal, viewOf } from "./line-bytes.ts";
import type { LogTemplate } from "./log-template.ts";
import { ANY_LOGGER_TEMPLATES, BARE_TEMPLATES, TEMPLATE_GROUPS } from "./templates/index.ts";

const SCALA_OBJECT = 36;
const ZERO = 48;
const NINE = 57;
const MINUS = 45;

/** Templates that one logger may say, by the first byte of the message. */
export class LoggerTemplates {
  readonly logger: string;
  private readonly byFirstByte: readonly (readonly LogTemplate[])[];

  constructor(logger: string, templates: readonly LogTemplate[]) {
    this.logger = logger;
    this.byFirstByte = Array.from({ length: 256 }, (_, byte) =>
      templates.filter(({ wording, says }) => {
        if (wording.prefix.length > 0) return wording.prefix.first === byte;
        if (/^\{(?:int|size)\}/.test(says)) return (byte >= ZERO && byte <= NINE) || byte === MINUS;
        return true;
      }),
    );
  }

  /** The first template whose wording these bytes are; its values wait in the scratch of the match. */
  find(buffer: Buffer, start: number, end: number): LogTemplate | undefined {
    if (start >= end) return undefined;
    const candidates = this.byFirstByte[buffer[start] ?? 0];
    if (candidates === undefined) return undefined;
    for (let i = 0; i < candidates.length; i++) {
      const template = candidates[i];
      if (template?.wording.matches(buffer, start, end) === true) return template;
    }
    return undefined;
  }
}

interface KnownLogger {
  readonly name: Literal;
  readonly templates: LoggerTemplates;
}

const SLOTS = 512;

function slotOf(length: number, first: number, last: number, third: number): number {
  return (length * 31 + first * 7 + last * 13 + third * 3) & (SLOTS - 1);
}

/** All templates. Loggers are compared as bytes, so that a line nobody asks for costs no string. */
export class TemplateSet {
  private readonly slots: (KnownLogger[] | undefined)[] = Array.from({ length: SLOTS });
  private readonly bare = new LoggerTemplates("", BARE_TEMPLATES);
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

  /** The templates of a logger named by its last segment, Scala's `$` allowed; undefined: nobody's. */
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

  get withoutLogger(): LoggerTemplates {
    return this.every;
  }

  get withoutLayout(): LoggerTemplates {
    return this.bare;
  }
}
