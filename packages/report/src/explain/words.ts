/** Amounts, times and intervals as sentences say them. What is not known is said as unknown. */
import { bytesInWords, durationInWords, instantInWords, shareInWords, someOf } from "@respark/core";

/** `412.5 MiB`; `an unknown amount` of undefined. */
export function bytes(amount: number | undefined): string {
  return amount === undefined ? "an unknown amount" : bytesInWords(amount);
}

export interface Bounds {
  readonly best: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/**
 * An interval as an interval: `12.3 MiB`, `about 12.3 MiB (11.9 MiB to 12.8 MiB)`, `at most 12.8
 * MiB`.
 */
export function bytesBetween({ best, min, max }: Bounds): string {
  if (best !== undefined && min !== undefined && max !== undefined) {
    const [low, high] = [bytes(min), bytes(max)];
    return low === high ? bytes(best) : `about ${bytes(best)} (${low} to ${high})`;
  }
  if (best !== undefined) return `about ${bytes(best)}`;
  if (min !== undefined && max !== undefined) return `${bytes(min)} to ${bytes(max)}`;
  if (max !== undefined) return `at most ${bytes(max)}`;
  return min === undefined ? bytes(undefined) : `at least ${bytes(min)}`;
}

/** `2.0 %`, `42 %`: whole percents are enough from ten on. */
export function share(part: number, whole: number): string {
  if (whole === 0) return "none";
  return shareInWords(part / whole, { decimals: part / whole < 0.1 ? 1 : 0 });
}

/** `4 min 5 s`; `an unknown time` of undefined. */
export function millis(amount: number | undefined): string {
  return amount === undefined ? "an unknown time" : durationInWords(amount);
}

/** Epoch microseconds as `2026-11-21 02:37:07.483 UTC`. */
export function instant(micros: number | undefined): string {
  if (micros === undefined) return "at an unknown time";
  return instantInWords(micros, { decimals: 3 });
}

/** To the second, which every log has; undefined: no log has the day. */
export function second(micros: number | undefined): string | undefined {
  return micros === undefined || micros < DATELESS_MICROS ? undefined : instantInWords(micros);
}

/** `, 2026-11-21 02:37:07 UTC`, where it is known. */
export function whenInWords(micros: number | undefined): string {
  const when = second(micros);
  return when === undefined ? "" : `, ${when}`;
}

/** Logs without dates count from 1970, and no log of Spark's is older than 2010. */
const DATELESS_MICROS = Date.UTC(2000, 0, 1) * 1000;

/** A time in whole seconds: two that a log prints a second apart may be nearly two apart. */
export function seconds(amountMillis: number): string {
  return amountMillis < 1000
    ? "within two seconds"
    : millis(Math.round(amountMillis / 1000) * 1000);
}

/**
 * A moment with what the log's clock leaves open: `02:37:07.483 UTC`, `02:37:07.000 to 02:37:07.999
 * UTC (the log tells no more)`.
 */
export function moment({ best, min, max }: Bounds): string {
  if (best === undefined) return "at an unknown time";
  if (min === undefined || max === undefined) return `${instant(best)} (zone of the log unknown)`;
  return max - min < 2000
    ? instant(best)
    : `${instant(min).slice(0, 23)} to ${clock(max)} UTC (the log tells no more)`;
}

function clock(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(11, 23);
}

/**
 * `29.0 MiB of memory, 831 KiB on disk by its own account`; up to 2.2 some sorters count nothing of
 * what they write.
 */
export function spilledByAccount(memory: number, disk: number | undefined): string {
  const written =
    disk === undefined || (disk === 0 && memory > 0) ? "" : `, ${bytes(disk)} on disk`;
  return `${bytes(memory)} of memory${written} by its own account`;
}

/** An id that was made up for an executor of which no log has one. */
const MADE_UP = /^unknown-(?:[\da-f]{8}|container-\d+)$/;

/** `executor 3`, `the driver`. */
export function executorWords(executorId: string | undefined): string {
  if (executorId === undefined) return "an executor that no log names";
  return unnamedIn(executorId) ?? `executor ${executorId}`;
}

/** Of one that has no id of Spark's; undefined: it has. */
function unnamedIn(executorId: string): string | undefined {
  if (executorId === "driver") return "the driver";
  if (MADE_UP.test(executorId)) return "an executor that the log does not name";
  const host = /^unknown-(.+)$/.exec(executorId)?.[1];
  if (host !== undefined) return `an executor on ${host}`;
  return executorId.startsWith("container_") ? `the executor in ${executorId}` : undefined;
}

/**
 * `executor 3`, `executors 3, 4 and 17 more`, `executors 0, 1 and the driver`, `an executor that
 * the log does not name`.
 */
export function executorsWords(executorIds: readonly string[], atMost: number): string {
  const named = executorIds.filter((id) => unnamedIn(id) === undefined);
  const madeUp = executorIds.filter((id) => MADE_UP.test(id)).length;
  const others = executorIds
    .filter((id) => id !== "driver" && !MADE_UP.test(id))
    .flatMap((id) => unnamedIn(id) ?? []);
  if (madeUp > 0) {
    const word = madeUp === 1 ? "an executor" : `${madeUp} executors`;
    others.push(`${word} that the log does not name`);
  }
  if (executorIds.includes("driver")) others.push("the driver");
  if (named.length === 0) return others.length === 0 ? "" : someOf(others, atMost);
  return `${named.length === 1 ? "executor" : "executors"} ${someOf([...named, ...others], atMost)}`;
}

/** The first letter as a sentence begins. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `org.apache.spark.util.collection.ExternalSorter@1f` is `ExternalSorter`. */
export function shortName(consumer: string | undefined): string {
  if (consumer === undefined) return "A memory consumer";
  return /^(?:[\w$]+\.)*([^@]+)/.exec(consumer)?.[1] ?? consumer;
}

/** At most so many characters, and a sign that there were more. */
export function cutTo(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}

/** Where an error says what ran out: an engine's own words may stand before it. */
const RAN_OUT =
  /Not enough spark off-heap execution memory|Unable to acquire \d|Failed to acquire \d|Exceeded memory|No space left on device|Python worker exited/;

/** The same of an error, with what ran out if that would be cut off: its beginning, then that. */
export function cutToCause(text: string, characters: number): string {
  const at = text.length > characters ? text.search(RAN_OUT) : -1;
  if (at < characters - 80) return cutTo(text, characters);
  const begins = Math.floor(characters / 3);
  return `${cutTo(text, begins)} ${cutTo(text.slice(at), characters - begins)}`;
}

/**
 * A name on one line, at most 60 characters of it: cached queries are named by their whole plan.
 */
export function shortened(name: string | undefined): string | undefined {
  const line = name?.replace(/\s+/g, " ").trim();
  return line === undefined ? undefined : cutTo(line, 60);
}
