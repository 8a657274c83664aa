/** Amounts as people read them. Results for machines never pass here. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `412.5 MiB`; an unknown amount is a dash, never a zero. */
export function bytesInWords(bytes: number | undefined): string {
  if (bytes === undefined) return "–";
  const sign = bytes < 0 ? "-" : "";
  let amount = Math.abs(bytes);
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : amount < 99.95 ? 1 : 0;
  return `${sign}${amount.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** `4,812`; unknown is a dash. */
export function countInWords(count: number | undefined): string {
  return count === undefined ? "–" : count.toLocaleString("en-US");
}

/** `1 spill`, `7 spills`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countInWords(count)} ${count === 1 ? one : many}`;
}

/** Share of a whole, never rounded up to 100 %: `99.9 %` while one is missing. */
export function shareInWords(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (100 * part) / whole;
  if (part === whole) return "100 %";
  return `${Math.min(percent, 99.9).toFixed(1)} %`;
}

/** `3.2 s`, `4 min 5 s`, `2 h 3 min`. */
export function durationInWords(millis: number): string {
  const seconds = millis / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
