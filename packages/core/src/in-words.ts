/**
 * The vocabulary of amounts, times and lists: every text that people read takes its words from
 * here. Callers render unknown values: a dash in a table (`orDash`), words in a sentence.
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1023 B`, `14.0 MiB`, `122 MiB`: three or four digits. */
export function bytesInWords(bytes: number): string {
  let amount = Math.abs(bytes);
  let unit = 0;
  // 1023.5 of a unit would be printed as 1024 of it.
  while (amount >= 1023.5 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const decimals = unit === 0 ? 0 : amount < 99.95 ? 1 : 0;
  return `${signOf(bytes)}${amount.toFixed(decimals)} ${UNITS[unit] ?? ""}`;
}

/** `7`, `4,812`. */
export function countInWords(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 spill`, `7 spills`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countInWords(count)} ${count === 1 ? one : many}`;
}

/** `36 ms`, `3.2 s`, `4 min 5 s`, `2 h 3 min`: rounded as a whole, so that no part reaches 60. */
export function durationInWords(millis: number): string {
  const amount = Math.abs(millis);
  const sign = signOf(millis);
  if (amount < 999.5) return `${sign}${Math.round(amount)} ms`;
  if (amount < 59_950) return `${sign}${(amount / 1000).toFixed(1)} s`;
  const seconds = Math.round(amount / 1000);
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(amount / 60_000);
  return `${sign}${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `41.7 %` of a share of 0.417. Only the whole is `100 %` and only nothing is `0 %`. */
export function shareInWords(
  share: number,
  { decimals = 1 }: { readonly decimals?: 0 | 1 } = {},
): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  if (share > 0 && share < 0.001) return "< 0.1 %";
  const words = (share * 100).toFixed(decimals);
  return share < 1 && Number(words) >= 100 ? "99.9 %" : `${words} %`;
}

/** Epoch microseconds as `2026-11-21 02:37:07 UTC`, or with three digits of a second. */
export function instantInWords(
  micros: number,
  { decimals = 0 }: { readonly decimals?: 0 | 3 } = {},
): string {
  const millis = Math.floor(micros / 1000);
  const days = Math.floor(millis / DAY_MILLIS);
  const ofDay = millis - days * DAY_MILLIS;
  const two = (amount: number): string => String(Math.floor(amount)).padStart(2, "0");
  const [hours, minutes] = [two(ofDay / 3_600_000), two((ofDay / 60_000) % 60)];
  const fraction = decimals === 0 ? "" : `.${String(ofDay % 1000).padStart(3, "0")}`;
  return `${dateOf(days)} ${hours}:${minutes}:${two((ofDay / 1000) % 60)}${fraction} UTC`;
}

const DAY_MILLIS = 86_400_000;
/** Of the Gregorian calendar, which repeats after 400 years. */
const ERA_DAYS = 146_097;

/** `2026-11-21` of days since 1970-01-01: counted from March, so that a leap day ends a year. */
function dateOf(days: number): string {
  const sinceEra = days + 719_468;
  const era = Math.floor(sinceEra / ERA_DAYS);
  const ofEra = sinceEra - era * ERA_DAYS;
  const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const yearOfEra = Math.floor((ofEra - leaps) / 365);
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const sinceMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * sinceMarch + 2) / 5) + 1;
  const month = sinceMarch < 10 ? sinceMarch + 3 : sinceMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (amount: number): string => String(amount).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** `4,812` of 4812, `–` of undefined: for a table's cell. */
export function orDash<Value>(value: Value | undefined, inWords: (value: Value) => string): string {
  return value === undefined ? "–" : inWords(value);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** First few of many: `1, 2, 3 and 17 more`. */
export function someOf(words: readonly string[], atMost: number): string {
  if (words.length <= atMost) return listed(words);
  return `${words.slice(0, atMost).join(", ")} and ${countInWords(words.length - atMost)} more`;
}

function signOf(amount: number): string {
  return amount < 0 ? "-" : "";
}
