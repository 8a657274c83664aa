/** Amounts, times and intervals as sentences say them. What is not known is said as unknown. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `412.5 MiB`; `an unknown amount` where nobody knows. */
export function bytes(amount: number | undefined): string {
  if (amount === undefined) return "an unknown amount";
  const sign = amount < 0 ? "-" : "";
  let left = Math.abs(amount);
  let unit = 0;
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${sign}${left.toFixed(unit === 0 ? 0 : left < 99.95 ? 1 : 0)} ${UNITS[unit] ?? ""}`;
}

export interface Bounds {
  readonly best: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** An interval as an interval: `12.3 MiB`, `about 12.3 MiB (11.9 MiB to 12.8 MiB)`, `at most 12.8 MiB`. */
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

/** `7`, `4,812`. */
export function countOf(amount: number): string {
  return amount.toLocaleString("en-US");
}

/** `1 spill`, `7 spills`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${countOf(amount)} ${amount === 1 ? one : many}`;
}

/** `41.7 %`, never rounded up to all of it. */
export function share(part: number, whole: number): string {
  if (whole === 0) return "none";
  if (part === whole) return "100 %";
  const percent = (100 * part) / whole;
  return `${Math.min(percent, 99.9).toFixed(percent < 10 ? 1 : 0)} %`;
}

/** `36 ms`, `3.2 s`, `4 min 5 s`, `2 h 3 min`. */
export function millis(amount: number | undefined): string {
  if (amount === undefined) return "an unknown time";
  if (amount < 1000) return `${Math.round(amount)} ms`;
  const seconds = amount / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Epoch microseconds as `2026-11-21 02:37:07.483 UTC`. */
export function instant(micros: number | undefined): string {
  if (micros === undefined) return "at an unknown time";
  return `${new Date(micros / 1000).toISOString().slice(0, 23).replace("T", " ")} UTC`;
}

/** A moment with what the log's clock leaves open: `02:37:07.483 UTC`, `02:37:07 to 02:37:08 UTC`. */
export function moment({ best, min, max }: Bounds): string {
  if (best === undefined) return "at an unknown time";
  if (min === undefined || max === undefined) return `${instant(best)} (zone of the log unknown)`;
  return max - min < 2000
    ? instant(best)
    : `${instant(min).slice(0, 23)} to ${clock(max)} UTC, as the log tells only so much`;
}

function clock(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(11, 23);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** A name from a log as a shell takes it: whatever it holds, it is one argument. */
export function shellWord(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** A statement as one argument of a shell. */
export function quotedSql(sql: string): string {
  return /["$`\\!]/.test(sql) ? shellWord(sql) : `"${sql}"`;
}

/** First few of many: `1, 2, 3 and 17 more`. */
export function someOf(words: readonly string[], atMost: number): string {
  if (words.length <= atMost) return listed(words);
  return `${words.slice(0, atMost).join(", ")} and ${countOf(words.length - atMost)} more`;
}

/** `org.apache.spark.util.collection.ExternalSorter@1f` is `ExternalSorter`. */
export function shortName(consumer: string | undefined): string {
  if (consumer === undefined) return "A memory consumer";
  return /^(?:[\w$]+\.)*([^@]+)/.exec(consumer)?.[1] ?? consumer;
}

/** A name on one line, at most 60 characters of it: cached queries are named by their whole plan. */
export function shortened(name: string | undefined): string | undefined {
  const line = name?.replace(/\s+/g, " ").trim();
  return line === undefined || line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
