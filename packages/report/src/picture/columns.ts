/** Columns of whole numbers as byte planes: they gzip well, and NULL stays NULL. */

/** A column's header in a chunk; short names, since a file has thousands of them. */
export interface ColumnHeader {
  /** `c` constant, `d` deltas, `v` values, `n` nothing but NULL */
  readonly k: "c" | "d" | "v" | "n";
  /** values */
  readonly n: number;
  /** bytes a value */
  readonly w: number;
  /** what a stored 1 stands for */
  readonly s: number;
  /** NULLs, and bytes of each gap between them */
  readonly x: number;
  readonly xw: number;
  /** the constant, as stored */
  readonly v: number;
  /** texts that the numbers are places in */
  readonly d?: readonly string[];
  /** the column that this one is a distance from; it is below it where `m` is -1 */
  readonly f?: string;
  readonly m?: 1 | -1;
}

export interface Column {
  readonly header: ColumnHeader;
  readonly bytes: Uint8Array;
}

/** A number of a log, or what no log tells. */
export type Known = number | null;

/** Above this a zig-zagged number is no whole number any more. */
const MOST = 2 ** 52;

/** `scale`: rounding unit; 1 keeps whole numbers. Throws a RangeError for what cannot be kept. */
export function numberColumn(values: readonly Known[], scale = 1): Column {
  const n = values.length;
  const whole = new Float64Array(n);
  const gaps: number[] = [];
  let last = 0;
  let lastNull = -1;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      gaps.push(index - lastNull - 1);
      lastNull = index;
    } else {
      last = Math.round(value / scale);
      if (!(Math.abs(last) < MOST)) throw new RangeError(`${value} is beyond what a column keeps`);
    }
    whole[index] = last;
  }
  const nulls = { x: gaps.length, xw: 0 };
  if (n > 0 && gaps.length === n) {
    return { header: { k: "n", n, w: 0, s: scale, v: 0, ...nulls }, bytes: new Uint8Array(0) };
  }
  const gapPlanes = planes(Float64Array.from(gaps));
  nulls.xw = gapPlanes.width;
  const first = whole[0] ?? 0;
  if (whole.every((value) => value === first)) {
    return { header: { k: "c", n, w: 0, s: scale, v: first, ...nulls }, bytes: gapPlanes.bytes };
  }
  const plain = planes(whole.map(zigzag));
  const deltas = planes(
    whole.map((value, index) => zigzag(index === 0 ? value : value - (whole[index - 1] ?? 0))),
  );
  const [k, body] = cost(deltas.bytes) < cost(plain.bytes) ? ["d", deltas] : ["v", plain];
  return {
    header: { k: k === "d" ? "d" : "v", n, w: body.width, s: scale, v: 0, ...nulls },
    bytes: joined([body.bytes, gapPlanes.bytes]),
  };
}

export function textColumn(values: readonly (string | null)[]): Column {
  const places = new Map<string, number>();
  const numbers = values.map((value) => {
    if (value === null) return null;
    const known = places.get(value);
    if (known !== undefined) return known;
    places.set(value, places.size);
    return places.size - 1;
  });
  const { header, bytes } = numberColumn(numbers);
  return { header: { ...header, d: [...places.keys()] }, bytes };
}

/**
 * A bound as its distance from the best estimate, or as it is where that is smaller: exact values
 * cost nothing.
 */
export function boundColumn(
  bound: readonly Known[],
  best: readonly Known[],
  { of, side, scale }: { readonly of: string; readonly side: 1 | -1; readonly scale: number },
): Column {
  const apart = bound.map((value, index) => {
    const estimate = best[index] ?? null;
    return value === null || estimate === null ? null : Math.max(0, side * (value - estimate));
  });
  const distance = numberColumn(apart, scale);
  const itself = numberColumn(bound, scale);
  const lost = bound.some((value, index) => value !== null && (best[index] ?? null) === null);
  return lost || cost(itself.bytes) < cost(distance.bytes)
    ? itself
    : { header: { ...distance.header, f: of, m: side }, bytes: distance.bytes };
}

/** The numbers of a column; NaN is NULL. */
export function decodedColumn(bytes: Uint8Array, at: number, header: ColumnHeader): Float64Array {
  const { k, n, w, s, x, xw, v } = header;
  if (k === "n") return new Float64Array(n).fill(Number.NaN);
  const out = k === "c" ? new Float64Array(n).fill(v) : unplaned(bytes, at, n, w);
  if (k !== "c") {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const stored = out[i] ?? 0;
      const whole = stored % 2 === 1 ? -(stored + 1) / 2 : stored / 2;
      sum = k === "d" ? sum + whole : whole;
      out[i] = sum;
    }
  }
  if (s !== 1) for (let i = 0; i < n; i++) out[i] = (out[i] ?? 0) * s;
  let nullAt = -1;
  for (const gap of unplaned(bytes, at + n * w, x, xw)) {
    nullAt += gap + 1;
    out[nullAt] = Number.NaN;
  }
  return out;
}

/** Bytes of a column in its chunk. */
export function bytesOf({ n, w, x, xw }: ColumnHeader): number {
  return n * w + x * xw;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** All lowest bytes, then all second bytes, and so on. */
function planes(values: Float64Array): { readonly width: number; readonly bytes: Uint8Array } {
  const n = values.length;
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  let width = 0;
  for (let rest = most; rest > 0; rest = Math.floor(rest / 256)) width++;
  const bytes = new Uint8Array(n * width);
  for (const [index, value] of values.entries()) {
    let rest = value;
    for (let plane = 0; plane < width; plane++) {
      bytes[plane * n + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return { width, bytes };
}

function unplaned(bytes: Uint8Array, at: number, n: number, width: number): Float64Array {
  const out = new Float64Array(n);
  let unit = 1;
  for (let plane = 0; plane < width; plane++) {
    const from = at + plane * n;
    for (let i = 0; i < n; i++) out[i] = (out[i] ?? 0) + (bytes[from + i] ?? 0) * unit;
    unit *= 256;
  }
  return out;
}

/** What bytes will cost after gzip, guessed by how often they change: exact enough to choose by. */
function cost(bytes: Uint8Array): number {
  let changes = 0;
  for (let i = 1; i < bytes.length; i++) if (bytes[i] !== bytes[i - 1]) changes++;
  return changes + bytes.length / 64;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
