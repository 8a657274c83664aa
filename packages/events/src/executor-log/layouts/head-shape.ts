/**
 * What records' heads are made of, learned from several: time, level, logger, thread, separators.
 */
import { FOREIGN_LEVELS } from "./level-words.ts";
import { TimeReader, timeIn } from "./time-forms.ts";

export type FieldKind = "time" | "level" | "logger" | "thread" | "task" | "text" | "mark";

/** One part of a head, in the order they stand. */
export interface Field {
  readonly kind: FieldKind;
  /** A regular expression without captures. */
  readonly source: string;
  /** What it was in the samples. */
  readonly seen: readonly string[];
}

export interface HeadShape {
  readonly fields: readonly Field[];
  readonly time: TimeReader | undefined;
  /** For people: a log4j pattern that prints about this. */
  readonly pattern: string;
}

/** A head as it stood before words of Spark, and which loggers say these. */
export interface SeenHead {
  readonly text: string;
  readonly loggers: readonly string[];
}

interface Token {
  readonly kind: "time" | "level" | "logger";
  readonly start: number;
  readonly end: number;
  readonly form: number;
}

const LEVEL_WORDS = `TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|SEVERE|CRITICAL|NOTICE|${FOREIGN_LEVELS}`;
const LEVEL = new RegExp(`(?<![A-Za-z0-9_.$-])(?:${LEVEL_WORDS})(?![A-Za-z0-9_.$-])`, "i");
/** One letter stands for a level where no word does, also as glog prints it before the date. */
const LETTER = /(?:^|(?<=[\s[(|<:]))[TDIWEF](?=[\s\])|>:]|\d{4}\b)/;
const ANY_LEVEL = `(?:${LEVEL_WORDS}|${LEVEL_WORDS.toLowerCase()}|Trace|Debug|Info|Warn(?:ing)?|Error|Fatal|Severe)`;

/** Where levels stand in a text. */
export function levelsIn(
  text: string,
): readonly { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let from = 0; ; ) {
    const level = LEVEL.exec(text.slice(from));
    if (level === null) return found;
    const start = from + level.index;
    from = start + level[0].length;
    found.push({ start, end: from });
  }
}

/** The shape that the most heads have in common; undefined where there is none. */
export function headShape(
  heads: readonly SeenHead[],
  of: "record" | "prefix" = "record",
): HeadShape | undefined {
  const groups = new Map<string, { head: SeenHead; tokens: readonly Token[] }[]>();
  for (const head of heads) {
    const tokens = tokensOf(head);
    const key = tokens.map(({ kind, form }) => `${kind}${form}`).join(" ");
    const group = groups.get(key);
    if (group) group.push({ head, tokens });
    else groups.set(key, [{ head, tokens }]);
  }
  let most: { head: SeenHead; tokens: readonly Token[] }[] = [];
  for (const group of groups.values()) if (group.length > most.length) most = group;
  const [first] = most;
  if (first === undefined) return undefined;
  const fields: Field[] = [];
  let time: TimeReader | undefined;
  for (let i = 0; i <= first.tokens.length; i++) {
    const gaps = most.map(({ head, tokens }) =>
      head.text.slice(tokens[i - 1]?.end ?? 0, tokens[i]?.start ?? head.text.length),
    );
    const ends = { isFirst: i === 0, isLast: i === first.tokens.length, isPrefix: of === "prefix" };
    fields.push(...fieldsOfGap(gaps, ends));
    const token = first.tokens[i];
    if (token === undefined) continue;
    const seen = most.map(({ head, tokens }) =>
      head.text.slice(tokens[i]?.start ?? 0, tokens[i]?.end ?? 0),
    );
    if (token.kind === "time") {
      time = new TimeReader(token.form, seen);
      fields.push({ kind: "time", source: time.source, seen });
    } else if (token.kind === "level") {
      const isLetter = seen.every((word) => word.length === 1);
      fields.push({ kind: "level", source: isLetter ? "[TDIWEF]" : ANY_LEVEL, seen });
    } else fields.push({ kind: "logger", source: "[\\w.$/~-]*[\\w$]", seen });
  }
  return { fields, time, pattern: patternOf(fields) };
}

/** Time, level and logger of one head, in their order. */
function tokensOf({ text, loggers }: SeenHead): Token[] {
  const tokens: Token[] = [];
  const time = timeIn(text);
  if (time !== undefined) tokens.push({ kind: "time", ...time });
  const logger = loggerIn(text, loggers);
  const free = (start: number, end: number): boolean =>
    tokens.every((token) => end <= token.start || start >= token.end);
  if (logger !== undefined && free(logger.start, logger.end)) {
    tokens.push({ kind: "logger", ...logger, form: 0 });
  }
  const level = levelsIn(text).find(({ start, end }) => free(start, end));
  const letter = level === undefined ? LETTER.exec(text) : null;
  const short =
    letter === null ? undefined : { start: letter.index, end: letter.index + letter[0].length };
  const found = level ?? (short !== undefined && free(short.start, short.end) ? short : undefined);
  if (found !== undefined) tokens.push({ kind: "level", ...found, form: level ? 0 : 1 });
  return tokens.sort((a, b) => a.start - b.start);
}

/**
 * The first name whose last segment is one of these loggers; `MemoryStore.scala` is none, nor is a
 * thread.
 */
function loggerIn(
  text: string,
  loggers: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (const name of loggers) {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const end = at + name.length + (text[at + name.length] === "$" ? 1 : 0);
      const before = /[\w.$/~-]*$/.exec(text.slice(0, at))?.[0] ?? "";
      if (!/(?:^|[./~$])$/.test(before)) continue;
      if (/^(?:[\w$]|\.\w|[ -]task)/.test(text.slice(end))) continue;
      const start = at - before.length;
      if (best === undefined || start < best.start) best = { start, end };
      break;
    }
  }
  return best;
}

interface Piece {
  readonly kind: "mark" | "group" | "word";
  readonly text: string;
}

const CLOSERS: Readonly<Record<string, string>> = {
  "[": "]",
  "(": ")",
  "{": "}",
  "<": ">",
  '"': '"',
};
const WORD = /^\w(?:[\w.$@/:%+=~#*-]*[\w$])?/;

function piecesOf(gap: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let mark = "";
  const add = (kind: "group" | "word", text: string): void => {
    if (mark !== "") pieces.push({ kind: "mark", text: mark });
    mark = "";
    pieces.push({ kind, text });
    at += text.length;
  };
  while (at < gap.length) {
    const rest = gap.slice(at);
    const closed = groupEnd(rest);
    const word = WORD.exec(rest)?.[0];
    if (closed > 0) add("group", rest.slice(0, closed));
    else if (word !== undefined) add("word", word);
    else {
      mark += gap[at] ?? "";
      at++;
    }
  }
  if (mark !== "") pieces.push({ kind: "mark", text: mark });
  return pieces;
}

/** One past the bracket that closes the one a text begins with; 0 when none does. */
function groupEnd(text: string): number {
  const open = text[0] ?? "";
  const close = CLOSERS[open];
  if (close === undefined) return 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === close && at > 0) depth--;
    else if (letter === open) depth++;
    if (depth === 0 && at > 0) return at + 1;
  }
  return 0;
}

interface Ends {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Before another head, whose own blanks must stay, or which may be missing. */
  readonly isPrefix: boolean;
}

/** What stands between two fields that are known, as marks that stay and texts that change. */
function fieldsOfGap(gaps: readonly string[], ends: Ends): Field[] {
  const cut = gaps.map(piecesOf);
  const [model = []] = cut;
  const alike = cut.every(
    (pieces) =>
      pieces.length === model.length &&
      pieces.every((piece, i) => sameKind(piece, model[i] ?? piece)),
  );
  if (alike) {
    return model.map((piece, i) => {
      const seen = cut.map((pieces) => pieces[i]?.text ?? "");
      const isEdge = {
        isFirst: ends.isFirst && i === 0,
        isLast: ends.isLast && i === model.length - 1,
        isPrefix: ends.isPrefix,
      };
      if (piece.kind === "mark") return markOf(seen, isEdge);
      if (piece.kind === "group") return textOf(seen, groupSource(piece.text));
      return textOf(seen, ends.isPrefix ? wordSource(seen) : "\\S*?");
    });
  }
  const firsts = cut.map((pieces) => pieces[0]);
  const lasts = cut.map((pieces) => (pieces.length > 1 ? pieces.at(-1) : undefined));
  const leading = commonMark(firsts) ? firsts.map((piece) => piece?.text ?? "") : undefined;
  const trailing = commonMark(lasts) ? lasts.map((piece) => piece?.text ?? "") : undefined;
  const inside = gaps.map((gap, i) =>
    gap.slice(leading?.[i]?.length ?? 0, gap.length - (trailing?.[i]?.length ?? 0)),
  );
  return [
    ...(leading === undefined ? [] : [markOf(leading, { ...ends, isLast: false })]),
    textOf(inside, ".*?"),
    ...(trailing === undefined ? [] : [markOf(trailing, { ...ends, isFirst: false })]),
  ];
}

function sameKind(a: Piece, b: Piece): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "group") return a.text[0] === b.text[0];
  return a.kind === "word" || bare(a.text) === bare(b.text);
}

function commonMark(pieces: readonly (Piece | undefined)[]): boolean {
  const [first] = pieces;
  return pieces.every(
    (piece) =>
      piece?.kind === "mark" && first !== undefined && bare(piece.text) === bare(first.text),
  );
}

function bare(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

/** Marks of the same letters, whatever blanks stand between them. */
function markOf(seen: readonly string[], { isFirst, isLast, isPrefix }: Ends): Field {
  const letters = bare(seen[0] ?? "");
  const blank = "[ \\t]";
  if (letters === "" && isLast && isPrefix) {
    const fewest = Math.min(...seen.map((text) => text.length));
    return { kind: "mark", source: `(?:[ \\t]{${fewest}}|$)`, seen };
  }
  if (letters === "") {
    const source = isFirst ? `${blank}*` : isLast ? `(?:${blank}+|$)` : `${blank}+`;
    return { kind: "mark", source, seen };
  }
  const inside = letters.split("").map(escaped).join(`${blank}*`);
  const before = seen.every((text) => /^\s/.test(text)) && !isFirst ? "+" : "*";
  // The message's own blanks are not the head's, but those that all heads end in are.
  const least = Math.min(...seen.map((text) => text.length - text.trimEnd().length));
  const behind = isLast ? (least > 0 ? `(?:${blank}{${least}}|${blank}*$)` : "") : `${blank}*`;
  return { kind: "mark", source: `${blank}${before}${inside}${behind}`, seen };
}

function escaped(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}

/** A word that never changes is the wrapper's own, but for its numbers. */
function wordSource(seen: readonly string[]): string {
  const [first = ""] = seen;
  if (seen.length < 3 || seen.some((text) => text !== first)) return "\\S*?";
  return first.split("").map(escaped).join("").replaceAll(/\d+/g, "\\d+");
}

function groupSource(sample: string): string {
  const open = sample[0] ?? "";
  return `${escaped(open)}.*?${escaped(CLOSERS[open] ?? "")}`;
}

const THREAD =
  /^[[({<"]?\s*(?:main|driver|SIG\w+ handler|Executor task launch worker.*|(?:dispatcher|task-result|netty|shuffle|broadcast|block-manager|executor|rpc|map-output|driver|heartbeat|spark-listener|files-client|block-fetch|remote-block|Thread|pool|CoarseGrained\w+|YARN|launcher|stream|ForkJoinPool|scala-execution)[\w-]*-[\w-]*)\s*[\])}>"]?$/i;
const TASK_NAME = /task [\d.]+ in stage [\d.]+ \(TID \d+\)/;

function textOf(seen: readonly string[], source: string): Field {
  const known = seen.filter((text) => text.trim() !== "");
  const threads = known.filter(
    (text) => THREAD.test(text) || /Executor task launch worker/.test(text),
  );
  if (threads.length * 2 > known.length && known.length > 0)
    return { kind: "thread", source, seen };
  if (known.some((text) => TASK_NAME.test(text))) return { kind: "task", source, seen };
  return { kind: "text", source, seen };
}

const CONVERSIONS: Readonly<Record<FieldKind, string>> = {
  time: "%d",
  level: "%p",
  logger: "%c",
  thread: "%t",
  task: "%X{mdc.taskName}",
  text: "%x",
  mark: "",
};

/** About what log4j would be told to print this; brackets around a field are its own. */
function patternOf(fields: readonly Field[]): string {
  const said = fields.map(({ kind, seen: [sample = ""] }) => {
    if (kind === "mark") return sample.replaceAll("%", "%%");
    const open = CLOSERS[sample[0] ?? ""] === undefined ? "" : (sample[0] ?? "");
    return `${open}${CONVERSIONS[kind]}${open === "" ? "" : (CLOSERS[open] ?? "")}`;
  });
  return `${said.join("")}%m%n`;
}
