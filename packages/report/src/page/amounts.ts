/** Bytes, times and moments as the pictures write them; what is not known is said as unknown. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "unknown";
  let size = Math.abs(value);
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit === 0 ? size.toFixed(0) : size.toPrecision(size >= 1000 ? 4 : 3);
  return `${value < 0 ? "−" : ""}${digits} ${UNITS[unit] ?? ""}`;
}

/** For axes: no zeros behind the point. */
export function tickBytes(value: number): string {
  return bytes(value)
    .replace(/\.0+ /, " ")
    .replace(/(\.\d*?)0+ /, "$1 ");
}

export function exactBytes(value: number): string {
  return Number.isNaN(value) ? "unknown" : `${Math.round(value).toLocaleString("en")} B`;
}

/** A count; a question mark where no log tells. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? "?" : wholes.format(value);
}

/** Made once: `toLocaleString` makes one each time. */
const wholes = new Intl.NumberFormat("en");

export function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

export function duration(micros: number): string {
  const seconds = micros / 1e6;
  if (seconds < 1) return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Epoch µs as `02:37:09.123`. */
export function clockTime(micros: number, digits: 0 | 3): string {
  const text = new Date(micros / 1000).toISOString();
  return digits === 0 ? text.slice(11, 19) : text.slice(11, 23);
}

/** Seconds from the start, as an axis writes them; `step`: seconds between two ticks. */
export function axisTime(seconds: number, step: number): string {
  const decimals = step < 1 ? Math.ceil(-Math.log10(step)) : 0;
  if (step >= 60) {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.round((seconds % 3600) / 60);
    return `${hours === 0 ? "" : `${hours} h `}${minutes} min`;
  }
  if (seconds < 60) return `${seconds.toFixed(decimals)} s`;
  const rest = (seconds % 60).toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}
