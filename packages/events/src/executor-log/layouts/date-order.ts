/**
 * Whether a log's dates begin with day, month or year: told by their values, and by the order of
 * its lines.
 */

/** How a date's numbers of doubtful order are read. */
export type DateOrder = "ymd" | "dmy" | "mdy";

export interface Day {
  readonly year: number;
  /** undefined: the form shows no day */
  readonly month: number | undefined;
  readonly day: number;
}

export interface ToldOrder {
  readonly order: DateOrder;
  /** Nothing but custom speaks for it: another order reads the same dates as well. */
  readonly isDoubtful: boolean;
}

/** Of Spark 1.0; a log of an earlier year is read wrongly. */
const FIRST_YEAR = 2014;
const DAY_MILLIS = 86_400_000;

interface Reading {
  readonly order: DateOrder;
  /** Days that are before the day of the line before. */
  readonly backward: number;
  /** Days from the first to the last. */
  readonly span: number;
}

/**
 * The order in which all dates are days of a calendar, the fewest lines are before the one above,
 * and the log is the shortest. `orders`: the usual one first; `daysOf`: of all dates, in line
 * order.
 */
export function dateOrder(
  orders: readonly DateOrder[],
  daysOf: (order: DateOrder) => readonly Day[],
): ToldOrder {
  const possible = orders.flatMap((order) => readingOf(order, daysOf(order)) ?? []);
  const [usual = orders[0] ?? "ymd"] = orders.filter((order) => daysOf(order).every(isDay));
  const [best, ...others] = possible.sort((a, b) => a.backward - b.backward || a.span - b.span);
  if (best === undefined) return { order: usual, isDoubtful: false };
  const isDoubtful = others.some(
    ({ backward, span }) => backward === best.backward && span === best.span,
  );
  return { order: best.order, isDoubtful };
}

function readingOf(order: DateOrder, days: readonly Day[]): Reading | undefined {
  if (!days.every((day) => isDay(day) && day.year >= FIRST_YEAR)) return undefined;
  const numbers = days.map(({ year, month = 1, day }) => Date.UTC(year, month - 1, day));
  let backward = 0;
  for (const [i, number] of numbers.entries()) {
    if (number < (numbers[i - 1] ?? number)) backward++;
  }
  const first = numbers.reduce((least, number) => Math.min(least, number), Infinity);
  const last = numbers.reduce((most, number) => Math.max(most, number), -Infinity);
  return { order, backward, span: (last - first) / DAY_MILLIS };
}

export function isDay({ year, month, day }: Day): boolean {
  if (month === undefined) return true;
  if (year < 1970 || year >= 2200 || month < 1 || month > 12 || day < 1) return false;
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}
