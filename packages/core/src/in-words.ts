/** Amounts as people read them. What is unknown has no words here: each who speaks has its own. */

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

function signOf(amount: number): string {
  return amount < 0 ? "-" : "";
}
