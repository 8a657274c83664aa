/** A curve in one line of text. */

const BARS = "▁▂▃▄▅▆▇█";

/** One character a value, scaled to `full`; unknown is a blank, and only a true zero is a dot. */
export function sparkline(values: readonly (number | undefined)[], full: number): string {
  return values.map((value) => bar(value, full)).join("");
}

function bar(value: number | undefined, full: number): string {
  if (value === undefined || full <= 0) return " ";
  if (value <= 0) return "·";
  const step = Math.min(BARS.length - 1, Math.floor((value / full) * BARS.length));
  return BARS[step] ?? " ";
}
