/**
 * Sizes as Spark prints them and parses them. Follows Utils.bytesToString and
 * JavaUtils.byteStringAs, Spark 1.2–4.2.
 */
import { JAVA_ILLEGAL_ARGUMENT, JAVA_NUMBER_FORMAT, SparkFailure } from "./assert.ts";
import type { ByteInterval } from "./byte-interval.ts";

/** How a Spark line writes sizes. */
export interface SizeStyle {
  /** From bytes upwards, 1024 each; a size is printed in the largest unit of which it holds two. */
  readonly labels: readonly string[];
  /**
   * `double`: the quotient is a double, rounded half up on its shortest decimal form; `exact`:
   * decimal arithmetic. They differ from 2^51 on.
   */
  readonly rounding: "double" | "exact";
}

const KIB = 1024;
/** Place of EB in the labels of 2.3+. */
const EXA = 6;
/** 2048 EiB: from here on 2.3+ prints bytes with three digits and an exponent. */
const SCIENTIFIC_FROM = 2n ** 71n;

/**
 * `bytesToString`: one decimal, half up. Negative sizes print as bytes. Exact for bigint and number
 * alike. Source: Utils.bytesToString.
 */
export function bytesToString(bytes: number | bigint, style: SizeStyle): string {
  if (bytes < 2 * KIB) return style.rounding === "double" ? `${Number(bytes)}.0 B` : `${bytes}.0 B`;
  const labels = style.labels;
  if (labels.length > EXA && bytes >= SCIENTIFIC_FROM) return scientific(BigInt(bytes));
  let unit = 1;
  let unitBytes = KIB;
  while (unit + 1 < labels.length && bytes >= 2 * unitBytes * KIB) {
    unit++;
    unitBytes *= KIB;
  }
  return `${oneDecimal(bytes, unitBytes, style.rounding)} ${labels[unit] ?? "B"}`;
}

function oneDecimal(
  bytes: number | bigint,
  unitBytes: number,
  rounding: SizeStyle["rounding"],
): string {
  if (typeof bytes === "number" && bytes < 2 ** 48)
    return tenthsText(Math.floor((20 * bytes + unitBytes) / (2 * unitBytes)));
  if (rounding === "exact") {
    const unit = BigInt(unitBytes);
    return tenthsText(Number((20n * BigInt(bytes) + unit) / (2n * unit)));
  }
  // Java's %.1f rounds the shortest decimal digits of the double half up; JavaScript prints the
  // same digits.
  const [whole = "0", fraction = "0"] = String(Number(bytes) / unitBytes).split(".");
  const up = fraction.length > 1 && fraction.charCodeAt(1) >= 53 ? 1 : 0;
  return tenthsText(Number(whole) * 10 + Number(fraction.charAt(0)) + up);
}

/** BigDecimal with three significant digits, half up: `2.36E+21 B`. */
function scientific(bytes: bigint): string {
  let exponent = String(bytes).length - 1;
  const unit = 10n ** BigInt(exponent - 2);
  let digits = (bytes + unit / 2n) / unit;
  if (digits >= 1000n) {
    digits /= 10n;
    exponent++;
  }
  const text = String(digits);
  return `${text.charAt(0)}.${text.slice(1)}E+${exponent} B`;
}

function tenthsText(tenths: number): string {
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

/**
 * The sizes that print as `text` (`12.3 MiB`, `1.0 KB`, `-5.0 B`), any Spark version; `undefined`
 * when it is no printed size. Source: spec 5.2. A size that another program printed below two units
 * (`1.5 GB`) is read by rounding alone.
 */
export function printedSize(text: string): ByteInterval | undefined {
  const length = text.length;
  let at = 0;
  const negative = text.charCodeAt(0) === 45;
  if (negative) at++;
  const start = at;
  let tenths = 0;
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    tenths = tenths * 10 + digit;
  }
  if (at === start) return undefined;
  tenths *= 10;
  if (text.charCodeAt(at) === 46) {
    const digit = text.charCodeAt(at + 1) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    tenths += digit;
    at += 2;
  }
  if (text.charCodeAt(at) === 32) at++;
  const exponent = unitExponent(text, at);
  if (exponent === undefined) return undefined;
  if (exponent === 0) {
    if (tenths % 10 !== 0 || !Number.isSafeInteger(tenths)) return undefined;
    const bytes = negative && tenths !== 0 ? -tenths / 10 : tenths / 10;
    return { atLeast: bytes, atMost: bytes };
  }
  if (negative) return undefined;
  return exponent <= 3 ? smallInterval(tenths, exponent) : largeInterval(tenths, exponent);
}

const unitLetters = "BKMGTPE";

/**
 * 0 for `B`, 1 for `KB` and `KiB`, …; undefined for anything else, and for a rest behind the unit.
 */
function unitExponent(text: string, at: number): number | undefined {
  const exponent = unitLetters.indexOf(text.charAt(at));
  if (exponent < 0 || at >= text.length) return undefined;
  if (exponent === 0) return at + 1 === text.length ? 0 : undefined;
  const b = text.charCodeAt(at + 1) === 105 ? at + 2 : at + 1;
  return text.charCodeAt(b) === 66 && b + 1 === text.length ? exponent : undefined;
}

function smallInterval(tenths: number, exponent: number): ByteInterval | undefined {
  const unit = KIB ** exponent;
  let atLeast = Math.ceil(((2 * tenths - 1) * unit) / 20);
  let atMost = Math.ceil(((2 * tenths + 1) * unit) / 20) - 1;
  if (tenths >= 20 && atLeast < 2 * unit) atLeast = 2 * unit;
  const below = 2 * KIB * unit;
  if (tenths <= 20_480 && atMost >= below) atMost = below - 1;
  if (atLeast < 0) atLeast = 0;
  return Number.isSafeInteger(atMost) ? { atLeast, atMost } : undefined;
}

function largeInterval(tenths: number, exponent: number): ByteInterval | undefined {
  if (!Number.isSafeInteger(tenths)) return undefined;
  const unit = 1024n ** BigInt(exponent);
  const ceilDiv = (n: bigint, d: bigint): bigint => (n + d - 1n) / d;
  let atLeast = ceilDiv((2n * BigInt(tenths) - 1n) * unit, 20n);
  const atMost = ceilDiv((2n * BigInt(tenths) + 1n) * unit, 20n) - 1n;
  if (tenths >= 20 && atLeast < 2n * unit) atLeast = 2n * unit;
  if (atLeast < 0n) atLeast = 0n;
  // Spark up to 2.2 prints everything large in TB, so the next unit is no upper bound here.
  const interval = { atLeast: Number(atLeast), atMost: Number(atMost) };
  return Number.isSafeInteger(interval.atMost) ? interval : undefined;
}

/** Suffixes a size string may have, with the bytes each stands for. */
export type SizeSuffixes = ReadonlyMap<string, bigint>;

function suffixes(withBinary: boolean): SizeSuffixes {
  const map = new Map<string, bigint>([["b", 1n]]);
  for (const [power, letter] of ["k", "m", "g", "t", "p"].entries()) {
    const bytes = 1024n ** BigInt(power + 1);
    map.set(letter, bytes);
    map.set(`${letter}b`, bytes);
    if (withBinary) map.set(`${letter}ib`, bytes);
  }
  return map;
}

/** `b`, `k`, `kb`, … `pb`: JavaUtils.byteSuffixes up to 4.0. */
export const shortSizeSuffixes: SizeSuffixes = suffixes(false);
/** The same with `kib`, `mib`, …. */
export const binarySizeSuffixes: SizeSuffixes = suffixes(true);

const LONG_MAX = 9_223_372_036_854_775_807n;
const unitNames = new Map<bigint, string>([
  [1n, "B"],
  [1024n, "KiB"],
  [1024n ** 2n, "MiB"],
  [1024n ** 3n, "GiB"],
  [1024n ** 4n, "TiB"],
  [1024n ** 5n, "PiB"],
]);

const sizeHelp =
  "Size must be specified as bytes (b), kibibytes (k), mebibytes (m), gibibytes (g), tebibytes (t), or pebibytes(p). E.g. 50b, 100k, or 250m.";

/**
 * `JavaUtils.byteStringAs`: a size string in whole `unitBytes`; a bare number is in that unit.
 * Throws SparkFailure (NumberFormatException for what is no size, IllegalArgumentException beyond
 * 64 bits).
 */
export function byteStringAs(
  text: string,
  unitBytes: bigint,
  known: SizeSuffixes = shortSizeSuffixes,
): bigint {
  const lower = text.toLowerCase().trim();
  const match = /^([0-9]+)([a-z]+)?$/.exec(lower);
  if (match === null) {
    const why = /^[0-9]+\.[0-9]+([a-z]+)?$/.test(lower)
      ? `Fractional values are not supported. Input was: ${lower}`
      : `Failed to parse byte string: ${text}`;
    throw new SparkFailure(JAVA_NUMBER_FORMAT, `${sizeHelp}\n${why}`);
  }
  const value = BigInt(match[1] ?? "0");
  const suffix = match[2];
  if (value > LONG_MAX)
    throw new SparkFailure(
      JAVA_NUMBER_FORMAT,
      `${sizeHelp}\nFor input string: "${match[1] ?? ""}"`,
    );
  const from = suffix === undefined ? unitBytes : known.get(suffix);
  if (from === undefined)
    throw new SparkFailure(JAVA_NUMBER_FORMAT, `${sizeHelp}\nInvalid suffix: "${suffix ?? ""}"`);
  if (from <= unitBytes) return value / (unitBytes / from);
  const ratio = from / unitBytes;
  if (LONG_MAX / ratio < value)
    throw new SparkFailure(
      JAVA_ILLEGAL_ARGUMENT,
      `Conversion of ${value} exceeds Long.MAX_VALUE in ${unitNames.get(from) ?? from}. Try a larger unit (e.g. MiB instead of KiB)`,
    );
  return value * ratio;
}

/** A size string as bytes (`1g` → 1073741824; a bare number is bytes). Throws SparkFailure. */
export function byteStringAsBytes(text: string, known: SizeSuffixes = shortSizeSuffixes): number {
  return Number(byteStringAs(text, 1n, known));
}

/**
 * The same in MiB: what Spark reads `spark.executor.memory` as (a bare number is MiB). Throws
 * SparkFailure.
 */
export function byteStringAsMb(text: string, known: SizeSuffixes = shortSizeSuffixes): number {
  return Number(byteStringAs(text, 1024n ** 2n, known));
}

/**
 * Utils.memoryStringToMb: bytes by default, in MiB, cut to 32 bits as Java's `toInt` does. Throws
 * SparkFailure.
 */
export function memoryStringToMb(text: string, known: SizeSuffixes = shortSizeSuffixes): number {
  return Number(BigInt.asIntN(32, byteStringAs(text, 1n, known) / 1024n ** 2n));
}
