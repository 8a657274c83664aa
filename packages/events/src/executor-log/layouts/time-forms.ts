/** Times in any form that log4j, logback, syslog and vendors print, found in a text and read. */
import { type DateOrder, type Day, dateOrder, isDay } from "./date-order.ts";
import { DATE_SIGNS, HALVES, isAfternoon, MONTHS, monthOf } from "./month-names.ts";

const DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun";
const ZONES =
  "UTC|GMT|CET|CEST|EST|EDT|CST|CDT|MST|MDT|PST|PDT|BST|IST|JST|KST|SGT|HKT|AEST|AEDT|MSK|EET|EEST|WET|WEST";
/** Java 20 and later put a narrow blank (U+202F) before AM, three bytes here. */
const CLOCK = `(?:(?<before>${HALVES})\\s?)?(?<H>\\d{1,2}):(?<m>\\d{2}):(?<s>\\d{2})(?:[.,:](?<f>\\d{1,9}))?(?:(?:\\s|\\xe2\\x80\\xaf)?(?<half>[AaPp]\\.?\\s?[Mm]\\.?(?![A-Za-z])|${HALVES}))?`;
const ZONE = `(?:\\s?(?<zone>Z|[+-]\\d{2}:?\\d{2}|${ZONES})(?![\\w:]))?`;
const BETWEEN = "(?:[T_:-]|,?\\s+(?:at\\s+)?)";
const NOT_BEFORE = "(?<![\\d./-])";
/** Forms from here on are digits alone, which a colon may belong to. */
const BARE_FORMS = 7;

interface TimeForm {
  readonly source: string;
  /** Orders that the digits leave open, the usual one first. */
  readonly orders: (separator: string) => readonly DateOrder[];
  /** It has no day of its own: times count from the first of January 1970. */
  readonly dateless: boolean;
}

const certain = (): readonly DateOrder[] => ["ymd"];

/** The first that is found counts, and of two at one place the first here. */
const FORMS: readonly TimeForm[] = [
  {
    source: `${NOT_BEFORE}(?<y>\\d{4})(?<sep>[-/.])(?<M>\\d{1,2})\\k<sep>(?<d>\\d{1,2})${BETWEEN}${CLOCK}${ZONE}`,
    orders: certain,
    dateless: false,
  },
  {
    source: `${NOT_BEFORE}(?<a>\\d{1,2})(?<sep>[-/.])(?<b>\\d{1,2})\\k<sep>(?<y>\\d{4})${BETWEEN}${CLOCK}${ZONE}`,
    orders: (separator) => (separator === "/" ? ["mdy", "dmy"] : ["dmy", "mdy"]),
    dateless: false,
  },
  {
    source: `${NOT_BEFORE}(?<a>\\d{1,2})(?<sep>[-/.])(?<b>\\d{1,2})\\k<sep>(?<c>\\d{2})${BETWEEN}${CLOCK}${ZONE}`,
    orders: (separator) => (separator === "." ? ["dmy", "ymd", "mdy"] : ["ymd", "dmy", "mdy"]),
    dateless: false,
  },
  {
    source: `${NOT_BEFORE}(?<d>\\d{1,2})[-/ .](?<mon>${MONTHS})[a-z\\x80-\\xff]*[-/ .,]+(?<y>\\d{4}|\\d{2})${BETWEEN}${CLOCK}${ZONE}`,
    orders: certain,
    dateless: false,
  },
  {
    source: `(?<!\\w)(?:(?:${DAYS})[a-z]*,?\\s+)?(?<mon>${MONTHS})[a-z\\x80-\\xff]*\\.?\\s+(?<d>\\d{1,2})(?:,?\\s+(?<y>\\d{4}))?,?\\s+${CLOCK}${ZONE}(?:\\s+(?<y2>\\d{4})(?!\\d))?`,
    orders: certain,
    dateless: false,
  },
  {
    source: `${NOT_BEFORE}(?<y>\\d{4})(?:\\. |${DATE_SIGNS.year}\\s?)(?<M>\\d{1,2})(?:\\. |${DATE_SIGNS.month}\\s?)(?<d>\\d{1,2})(?:\\.|${DATE_SIGNS.day})?,?\\s*${CLOCK}${ZONE}`,
    orders: certain,
    dateless: false,
  },
  {
    source: `${NOT_BEFORE}(?<y>20\\d{2})(?<M>\\d{2})(?<d>\\d{2})[T _-]?(?:${CLOCK.replaceAll("?<", "?<c")}|(?<H>\\d{2})(?<m>\\d{2})(?<s>\\d{2})(?:[.,]?(?<f>\\d{3,9}))?)(?![\\d:])${ZONE}`,
    orders: certain,
    dateless: false,
  },
  {
    source: `(?<![\\w.:/-])(?<epoch>[12]\\d{9}(?:\\d{3}){0,3})(?:[.,](?<f>\\d{1,9}))?(?![\\w.:/-])`,
    orders: certain,
    dateless: false,
  },
  {
    source: `(?<![\\w.:/-])(?<H>\\d{2}):(?<m>\\d{2}):(?<s>\\d{2})(?:[.,:](?<f>\\d{1,9}))?(?:\\s?(?<half>[AaPp][Mm])(?![A-Za-z]))?(?![\\w:])`,
    orders: certain,
    dateless: true,
  },
];
const SEARCHES = FORMS.map(({ source }) => new RegExp(source));

export interface FoundTime {
  readonly form: number;
  readonly start: number;
  readonly end: number;
}

/** The first time in a text from `from` on; undefined: none. */
export function timeIn(text: string, from = 0): FoundTime | undefined {
  let best: FoundTime | undefined;
  for (let form = 0; form < SEARCHES.length; form++) {
    const rest = text.slice(from);
    const found = SEARCHES[form]?.exec(rest);
    if (found === null || found === undefined) continue;
    // What stands before a slice is not seen by it.
    const before = from > 0 && found.index === 0 ? (text[from - 1] ?? "") : "";
    if (/[\d./]/.test(before) || (before === ":" && form >= BARE_FORMS)) continue;
    const start = from + found.index;
    if (best === undefined || start < best.start) {
      best = { form, start, end: start + found[0].length };
    }
  }
  return best;
}

/**
 * The times in a text one behind the other, as `timeIn` finds each. Each form looks for its next
 * time once, so that a line of some megabytes is searched once by each and not once a time.
 */
export function* timesIn(text: string): Generator<FoundTime> {
  const next = FORMS.map(({ source }, form) => new NextOfForm(text, source, form));
  for (let from = 0; ; ) {
    let best: FoundTime | undefined;
    for (const form of next) {
      const found = form.from(from);
      if (found !== undefined && (best === undefined || found.start < best.start)) best = found;
    }
    if (best === undefined) return;
    yield best;
    from = best.end;
  }
}

/** The next time of one form in a text that is gone through forwards. */
class NextOfForm {
  readonly #text: string;
  readonly #search: RegExp;
  readonly #form: number;
  #found: FoundTime | undefined;
  #isOver = false;

  constructor(text: string, source: string, form: number) {
    this.#text = text;
    this.#search = new RegExp(source, "g");
    this.#form = form;
  }

  from(from: number): FoundTime | undefined {
    if (this.#isOver || (this.#found !== undefined && this.#found.start >= from)) {
      return this.#found;
    }
    this.#search.lastIndex = from;
    const found = this.#search.exec(this.#text);
    this.#isOver = found === null;
    this.#found =
      found === null
        ? undefined
        : { form: this.#form, start: found.index, end: found.index + found[0].length };
    return this.#found;
  }
}

const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;
const HALF_A_DAY = MICROS_PER_DAY / 2;

/** One form of time, as the lines of a file print it. */
export class TimeReader {
  micros: number = Number.NaN;
  resolutionMicros = 0;
  zoned = false;
  /** It says no day (or no year): only the order and the distances of its times are known. */
  readonly dateless: boolean;
  /** Days and months may be the other way round: nothing in the samples tells. */
  isDoubtful: boolean;
  /** For a search where this form's time stands between other fields; it captures nothing. */
  readonly source: string;
  private readonly form: RegExp;
  private readonly orders: readonly DateOrder[];
  private order: DateOrder;
  private lastText = "";
  private days = 0;
  private lastClock = Number.NaN;

  /** `samples`: texts that the form was found in, which tell a day from a month. */
  constructor(form: number, samples: readonly string[]) {
    const { source, orders, dateless } = FORMS[form] ?? NO_FORM;
    this.form = new RegExp(`^${source}$`);
    this.source = source.replaceAll(/\?<\w+>/g, "?:").replaceAll(/\\k<sep>/g, "[-/.]");
    const found = samples.map((sample) => this.form.exec(sample)?.groups ?? {});
    this.orders = orders(found[0]?.["sep"] ?? "");
    const told = dateOrder(this.orders, (order) => found.map((groups) => dayOf(groups, order)));
    this.order = told.order;
    // The year first is Spark's own way.
    this.isDoubtful = told.isDoubtful && told.order !== "ymd";
    this.dateless = dateless || (found[0] !== undefined && isYearless(found[0]));
  }

  /** Reads a text that the form matched; false when no calendar has it. */
  read(text: string): boolean {
    if (text === this.lastText) return true;
    const groups = this.form.exec(text)?.groups;
    if (groups === undefined) return false;
    const digits = groups["f"] ?? groups["cf"] ?? "";
    const fraction = digits === "" ? 0 : Number(digits.padEnd(6, "0").slice(0, 6));
    this.resolutionMicros = MICROS_PER_SECOND / 10 ** Math.min(digits.length, 6);
    const { epoch } = groups;
    if (epoch !== undefined) {
      this.micros = microsOfEpoch(epoch) + fraction;
      if (epoch.length > 10) this.resolutionMicros = epoch.length > 13 ? 1 : 1000;
      this.zoned = true;
    } else {
      const seconds = secondsOf(groups);
      const day = this.dayIn(groups);
      if (seconds === undefined || day === undefined) return false;
      const zone = groups["zone"];
      this.zoned = zone !== undefined && /^(?:Z|UTC|GMT|[+-])/.test(zone);
      const clock = seconds * MICROS_PER_SECOND + fraction;
      const { year, month } = day;
      const local =
        month === undefined
          ? this.daysPassed(clock)
          : Date.UTC(year, month - 1, day.day) * 1000 + clock;
      this.micros = local - aheadOf(zone);
    }
    this.lastText = text;
    return true;
  }

  /**
   * Undefined: no calendar has it. What was doubtful is not once a later date has one reading
   * alone.
   */
  private dayIn(groups: Groups): Day | undefined {
    const day = dayOf(groups, this.order);
    if (isDay(day)) return day;
    const other = this.orders.find((order) => isDay(dayOf(groups, order)));
    if (!this.isDoubtful || other === undefined) return undefined;
    this.order = other;
    return dayOf(groups, other);
  }

  /** A clock that shows no day: midnight has passed where it jumps back. */
  private daysPassed(clock: number): number {
    if (this.lastClock - clock > HALF_A_DAY) this.days++;
    else if (clock - this.lastClock > HALF_A_DAY && this.days > 0) this.days--;
    this.lastClock = clock;
    return this.days * MICROS_PER_DAY + clock;
  }
}

/** The form of two-digit numbers, which Spark's own layout begins with: year, month, day. */
const SHORT_FORM = 2;
const FEWEST_DATES = 3;

/** These heads begin with dates like Spark's own that are read in another order. */
export function hasOtherOrder(heads: readonly string[]): boolean {
  const texts = heads.flatMap((head) => {
    const time = timeIn(head);
    return time?.form === SHORT_FORM ? [head.slice(time.start, time.end)] : [];
  });
  // One or two may be damaged.
  if (texts.length * 2 < heads.length || texts.length < FEWEST_DATES) return false;
  const { orders } = FORMS[SHORT_FORM] ?? NO_FORM;
  const form = new RegExp(`^${FORMS[SHORT_FORM]?.source ?? ""}$`);
  const found = texts.map((text) => form.exec(text)?.groups ?? {});
  const daysOf = (order: DateOrder): readonly Day[] => found.map((groups) => dayOf(groups, order));
  return dateOrder(orders(found[0]?.["sep"] ?? ""), daysOf).order !== "ymd";
}

const NO_FORM: TimeForm = { source: "(?!)", orders: certain, dateless: false };

type Groups = Readonly<Record<string, string | undefined>>;

function isYearless(groups: Groups): boolean {
  return groups["mon"] !== undefined && groups["y"] === undefined && groups["y2"] === undefined;
}

/** A year that has a 29th of February, for dates that name none. */
const SOME_YEAR = 1972;

function dayOf(groups: Groups, order: DateOrder): Day {
  const { mon, y, y2, M, d, a, b, c } = groups;
  if (mon !== undefined) {
    const said = y ?? y2;
    const year = said === undefined ? SOME_YEAR : yearOf(said);
    return { year, month: monthOf(mon), day: Number(d) };
  }
  if (M !== undefined) return { year: yearOf(y ?? ""), month: Number(M), day: Number(d) };
  if (a === undefined) return { year: 1970, month: undefined, day: 1 };
  if (order === "ymd" && c !== undefined) {
    return { year: yearOf(a), month: Number(b), day: Number(c) };
  }
  const year = yearOf(y ?? c ?? "");
  return order === "mdy"
    ? { year, month: Number(a), day: Number(b) }
    : { year, month: Number(b), day: Number(a) };
}

function yearOf(digits: string): number {
  return digits.length === 2 ? 2000 + Number(digits) : Number(digits);
}

function secondsOf(groups: Groups): number | undefined {
  const half = groups["half"] ?? groups["chalf"] ?? groups["before"] ?? groups["cbefore"];
  const said = Number(groups["H"] ?? groups["cH"]);
  const hour = half === undefined ? said : (said % 12) + (isAfternoon(half) ? 12 : 0);
  const minute = Number(groups["m"] ?? groups["cm"]);
  const second = Number(groups["s"] ?? groups["cs"]);
  if (hour > 24 || minute > 59 || second > 60) return undefined;
  return (hour * 60 + minute) * 60 + second;
}

function aheadOf(zone: string | undefined): number {
  const [all, sign, hours, minutes = "0"] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(zone ?? "") ?? [];
  if (all === undefined) return 0;
  const micros = (Number(hours) * 3600 + Number(minutes) * 60) * MICROS_PER_SECOND;
  return sign === "-" ? -micros : micros;
}

/** Seconds, milliseconds, microseconds or nanoseconds, by how many digits there are. */
function microsOfEpoch(digits: string): number {
  const seconds = Number(digits.slice(0, 10)) * MICROS_PER_SECOND;
  const rest = digits.slice(10);
  return rest === "" ? seconds : seconds + Number(rest.padEnd(6, "0").slice(0, 6));
}
