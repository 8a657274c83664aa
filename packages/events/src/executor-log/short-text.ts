/**
 * Short ASCII texts made of bytes without a call out of JavaScript: it would cost as much as
 * reading the rest of the line.
 */
import { textOf, viewOf } from "./line-bytes.ts";

const LONGEST = 24;
/** The high bit of each of four bytes: none is set in ASCII. */
const NOT_ASCII = 0x80_80_80_80 | 0;
const codes = String.fromCharCode;

/** As `textOf`. */
export function shortText(buffer: Buffer, start: number, end: number): string {
  const view = viewOf(buffer);
  const length = end - start;
  const short = length >= 4 && length <= LONGEST && start + LONGEST <= view.byteLength;
  if (!short) return textOf(buffer, start, end);
  let bits = view.getInt32(end - 4, true);
  for (let at = start; at < end - 4; at += 4) bits |= view.getInt32(at, true);
  return (bits & NOT_ASCII) === 0 ? ofAscii(view, start, end) : textOf(buffer, start, end);
}

/**
 * All letters are read, as many as are the text's are taken: a string of any length is one call.
 */
function ofAscii(view: DataView, start: number, end: number): string {
  const a = view.getUint8(start);
  const b = view.getUint8(start + 1);
  const c = view.getUint8(start + 2);
  const d = view.getUint8(start + 3);
  const e = view.getUint8(start + 4);
  const f = view.getUint8(start + 5);
  const g = view.getUint8(start + 6);
  const h = view.getUint8(start + 7);
  const i = view.getUint8(start + 8);
  const j = view.getUint8(start + 9);
  const k = view.getUint8(start + 10);
  const l = view.getUint8(start + 11);
  const m = view.getUint8(start + 12);
  const n = view.getUint8(start + 13);
  const o = view.getUint8(start + 14);
  const p = view.getUint8(start + 15);
  const q = view.getUint8(start + 16);
  const r = view.getUint8(start + 17);
  const s = view.getUint8(start + 18);
  const t = view.getUint8(start + 19);
  const u = view.getUint8(start + 20);
  const v = view.getUint8(start + 21);
  const w = view.getUint8(start + 22);
  const x = view.getUint8(start + 23);
  switch (end - start) {
    case 1:
      return codes(a);
    case 2:
      return codes(a, b);
    case 3:
      return codes(a, b, c);
    case 4:
      return codes(a, b, c, d);
    case 5:
      return codes(a, b, c, d, e);
    case 6:
      return codes(a, b, c, d, e, f);
    case 7:
      return codes(a, b, c, d, e, f, g);
    case 8:
      return codes(a, b, c, d, e, f, g, h);
    case 9:
      return codes(a, b, c, d, e, f, g, h, i);
    case 10:
      return codes(a, b, c, d, e, f, g, h, i, j);
    case 11:
      return codes(a, b, c, d, e, f, g, h, i, j, k);
    case 12:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l);
    case 13:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m);
    case 14:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    case 15:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    case 16:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    case 17:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
    case 18:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
    case 19:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
    case 20:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
    case 21:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
    case 22:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
    case 23:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
    case 24:
      return codes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
    default:
      return "";
  }
}
