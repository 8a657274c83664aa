/**
 * A paste that begins within its first record's date (`4/08/14 10:00:00 WARN …`): what is lost is
 * put back from the next record, or made up so that the rest is read, and then the time is unknown.
 */

/** Where the record may stand: prose and fences of a page come before it. */
const FIRST_LINES = 8;
/** A date, a clock, and a level among the next words. */
const HEAD =
  /^(?:\d{2}([/-])\d{2}\1\d{2} |\d{4}([/-])\d{2}\2\d{2}[ T])\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?Z? (?:\S{1,80} ){0,4}?\[?(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/;
/** What is left of one: a day, at least. */
const CUT = /^(?:\d{0,3}[/-])?\d{0,2}[/-]\d{2}[ T]\d{2}:\d{2}:\d{2}\b/;
const MADE_UP: readonly string[] = [
  "00/01/01 00:00:00",
  "00-01-01 00:00:00",
  "0000-01-01 00:00:00",
  "0000/01/01 00:00:00",
];
const CLOCK = /\d{2}:\d{2}:\d{2}/;

export interface MendedHead {
  /** Of the lines. */
  readonly index: number;
  readonly text: string;
  /** The next record has what is lost, and is no earlier. */
  readonly isTimed: boolean;
}

/** The first lines' texts, as far as they are looked at. */
export function mendedHead(texts: readonly string[]): MendedHead | undefined {
  const first = texts.slice(0, FIRST_LINES);
  const index = first.findIndex((text) => HEAD.test(text) || CUT.test(text));
  const text = first[index];
  if (text === undefined || HEAD.test(text)) return undefined;
  // Where others look alike, nothing is lost: it is how this log prints its dates.
  if (texts.some((one, at) => at !== index && CUT.test(one) && !HEAD.test(one))) return undefined;
  const next = texts.slice(index + 1).find((one) => HEAD.test(one));
  const known = next === undefined ? undefined : mendedBy(next, text);
  if (known !== undefined && next !== undefined) {
    return { index, text: known, isTimed: clockEnd(known) <= clockEnd(next) };
  }
  const madeUp = MADE_UP.map((date) => mendedBy(date, text)).find((one) => one !== undefined);
  return madeUp === undefined ? undefined : { index, text: madeUp, isTimed: false };
}

/** With as few of the other's first characters as make it a head. */
function mendedBy(date: string, text: string): string | undefined {
  const clockAt = CLOCK.exec(date)?.index ?? 0;
  for (let lost = 1; lost < clockAt; lost++) {
    const whole = date.slice(0, lost) + text;
    if (HEAD.test(whole) && CLOCK.exec(whole)?.index === clockAt) return whole;
  }
  return undefined;
}

/** Date and clock, of which the earlier is the smaller text. */
function clockEnd(head: string): string {
  return head.slice(0, (CLOCK.exec(head)?.index ?? 0) + 8);
}
