/** The layout of a file: the best of those known and those learned, tried on its first lines. */
import type { SparkWords } from "../spark-wording.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { TemplateSet } from "../template-set.ts";
import { headShape, levelsIn, type SeenHead } from "./head-shape.ts";
import { LearnedCut } from "./learned-cut.ts";
import { learnJson } from "./learned-json.ts";
import { type Layout, RecordHead, type SampleLine } from "./record-head.ts";
import { hasOtherOrder, timeIn } from "./time-forms.ts";

export interface LearnedLayouts {
  /** Undefined where no line says anything that Spark says. */
  readonly best: Layout | undefined;
  /** Others that lines of the sample need; beside those known. */
  readonly others: readonly LearnedCut[];
}

interface Telling {
  readonly line: SampleLine;
  readonly words: SparkWords;
}

/** Lines in which Spark's words are looked for: one in hundreds shows a layout. */
const TELLING_LINES = 400;
const MOST_LEARNED = 4;
/** Of them, so many are enough where one known layout reads all. */
const FIRST_LINES = 40;
const FEWEST_PLAIN = 8;
/** Lines that make another layout beside one that reads, and which share of all they are. */
const FEWEST = 4;
const LEAST_SHARE = 0.05;
/**
 * A layout that takes many lines for heads must read so many times as much as one that does not.
 */
const LOOSE = 1.2;

/** `layouts`: in the order in which they are preferred where they do as well. */
export function learnLayout(
  lines: readonly SampleLine[],
  layouts: readonly Layout[],
  templates: TemplateSet,
): LearnedLayouts {
  const trial = new Trial(templates);
  const few = tellingIn(lines, FIRST_LINES);
  const known = layoutsInOrder(layouts, lines);
  const sure = trial.best(known, few);
  if (few.length === FIRST_LINES && sure?.isLoose === false && trial.readsAll(sure, few)) {
    return { best: sure, others: [] };
  }
  const telling = tellingIn(lines, TELLING_LINES);
  if (telling.length === 0) return { best: undefined, others: [] };
  const json = learnJson(lines);
  const candidates = json === undefined ? known : [...known, json];
  let best = trial.best(candidates, telling);
  // Of two that read the same words, the one that finds more beside them.
  if (json !== undefined && best !== json && trial.isBetter(json, best, telling)) best = json;
  const strict = known.filter(({ isLoose }) => !isLoose);
  const isOther = best !== undefined || lines.some((line) => trial.begins(strict, line));
  // What was learned says more of each field than what takes anything.
  const isSure = best !== undefined && !best.isLoose;
  let unread =
    best === undefined || !isSure ? telling : telling.filter((one) => !trial.reads(best, one));
  const others: LearnedCut[] = [];
  for (let i = 0; i < MOST_LEARNED && unread.length > 0; i++) {
    const learned = learnedFrom(unread);
    if (learned === undefined) break;
    const rest = unread.filter((one) => !trial.reads(learned, one));
    // A few lines that others do not read are damaged ones.
    const enough = isOther ? Math.max(FEWEST, telling.length * LEAST_SHARE) : 1;
    if (unread.length - rest.length < enough) break;
    const gained = telling.filter((one) => trial.reads(learned, one)).length;
    const has = best === undefined ? 0 : telling.filter((one) => trial.reads(best, one)).length;
    // Of a layout without loggers any words are known: it must be right about clearly more.
    const needed = best === undefined || best.isLoose ? has : Math.max(has * LOOSE, has + 1);
    if (gained >= needed) best = learned;
    others.push(learned);
    unread = rest;
  }
  return { best, others: others.filter((one) => one !== best) };
}

/** Without those that read a date's year first, where this file's have it elsewhere. */
function layoutsInOrder(
  layouts: readonly Layout[],
  lines: readonly SampleLine[],
): readonly Layout[] {
  const heads = lines.flatMap(({ buffer, start, end }) =>
    end > start && NUMBER.test(buffer.latin1Slice(start, start + 1))
      ? [buffer.latin1Slice(start, Math.min(end, start + DATE_BYTES))]
      : [],
  );
  if (!hasOtherOrder(heads)) return layouts;
  return layouts.filter(({ name, isLoose }) => !isLoose && !/%d\{yy\W/.test(name));
}

const NUMBER = /\d/;
const DATE_BYTES = 24;

function tellingIn(lines: readonly SampleLine[], most: number): Telling[] {
  const telling: Telling[] = [];
  for (const line of lines) {
    const words = sparkWordsIn(line.buffer, line.start, line.end);
    if (words !== undefined) telling.push({ line, words });
    if (telling.length >= most) break;
  }
  return telling;
}

/**
 * Lines with nothing around them: one known layout, right at Spark's words, reads all that a few of
 * the first say.
 */
export function isPlain(lines: readonly SampleLine[], known: readonly Layout[]): boolean {
  const telling = tellingIn(lines, FIRST_LINES);
  if (telling.length < FEWEST_PLAIN) return false;
  const head = new RecordHead();
  return known.some(
    (layout) =>
      !layout.isLoose &&
      telling.every(
        ({ line, words }) =>
          layout.read(line.buffer, line.start, line.end, head) &&
          head.buffer === line.buffer &&
          head.messageStart === words.at,
      ),
  );
}

function learnedFrom(telling: readonly Telling[]): LearnedCut | undefined {
  const heads = telling
    .map(
      ({ line, words }): SeenHead => ({
        text: line.buffer.latin1Slice(line.start, words.at),
        loggers: words.loggers,
      }),
    )
    .filter(({ text }) => !isTwo(text));
  const shape = headShape(heads);
  // Words with nothing before them may stand in any text.
  const tells = shape?.fields.some(
    ({ kind }) => kind === "level" || kind === "logger" || kind === "time",
  );
  return shape === undefined || tells !== true ? undefined : new LearnedCut(shape);
}

/** Two records in one line, the first of which lost its end. */
function isTwo(text: string): boolean {
  const time = timeIn(text);
  return (time !== undefined && timeIn(text, time.end) !== undefined) || levelsIn(text).length > 1;
}

/** Neither a class with its line (`Executor:57`) nor anything else that is no name. */
function namesClass({ buffer, loggerStart, loggerEnd }: RecordHead): boolean {
  return /^[\w$]+$/.test(buffer.latin1Slice(loggerStart, loggerEnd));
}

class Trial {
  private readonly head = new RecordHead();
  private readonly templates: TemplateSet;

  constructor(templates: TemplateSet) {
    this.templates = templates;
  }

  best(layouts: readonly Layout[], telling: readonly Telling[]): Layout | undefined {
    let best: Layout | undefined;
    let most = 0;
    for (const layout of layouts) {
      let read = 0;
      for (const one of telling) if (this.reads(layout, one)) read++;
      // What takes anything for a head is right about more of a damaged file, and wrong about more.
      if (read > most * (layout.isLoose && best !== undefined ? LOOSE : 1)) {
        best = layout;
        most = read;
      }
      if (most === telling.length) break;
    }
    return best;
  }

  readsAll(layout: Layout, telling: readonly Telling[]): boolean {
    return telling.every((one) => this.reads(layout, one));
  }

  /** It finds more of times, loggers and traces than the other. */
  isBetter(layout: Layout, other: Layout | undefined, telling: readonly Telling[]): boolean {
    return this.fieldsRead(layout, telling) > this.fieldsRead(other, telling);
  }

  private fieldsRead(layout: Layout | undefined, telling: readonly Telling[]): number {
    const { head } = this;
    let fields = 0;
    for (const one of telling) {
      if (!this.reads(layout, one)) continue;
      const { localMicros, loggerStart, loggerEnd, level, trace } = head;
      fields += Number(!Number.isNaN(localMicros)) + Number(loggerEnd > loggerStart);
      fields += Number(level !== undefined) + Number(trace !== undefined);
    }
    return fields;
  }

  /** One of the layouts takes the line for a record's first, whatever it says. */
  begins(layouts: readonly Layout[], { buffer, start, end }: SampleLine): boolean {
    return layouts.some((layout) => layout.read(buffer, start, end, this.head));
  }

  /** The line is cut so that the words are known by their logger, as a replay would know them. */
  reads(layout: Layout | undefined, { line, words }: Telling): boolean {
    const { head } = this;
    if (layout?.read(line.buffer, line.start, line.end, head) !== true) return false;
    // Another class may print the same words: a logger right before them is as good a cut.
    const hasLogger = head.loggerNumber >= 0 || namesClass(head);
    if (!layout.isLoose && hasLogger && head.messageStart === words.at) return true;
    const ofLogger =
      head.loggerNumber >= 0
        ? this.templates.ofNumber(head.loggerNumber)
        : head.loggerEnd > head.loggerStart
          ? this.templates.ofLogger(head.buffer, head.loggerStart, head.loggerEnd)
          : this.templates.withoutLogger;
    return ofLogger?.find(head.buffer, head.messageStart, head.messageEnd) !== undefined;
  }
}
