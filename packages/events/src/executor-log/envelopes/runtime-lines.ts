/**
 * Lines as container runtimes keep them: CRI (`time stream F message`), and `kubectl logs
 * --timestamps` (`time message`).
 */
import { viewOf } from "../line-bytes.ts";
import { IsoTime } from "../log-time.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const SPACE = 32;
const P = 80;
const HEAD = /^ std(?:out|err) ([FP])(?::\S*)? ?/;

/** containerd and CRI-O: `2026-11-21T02:47:02.684123456Z stderr F message`. */
export class CriLine implements Envelope {
  readonly name = "cri";
  private readonly time = new IsoTime();

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    if (!this.time.read(viewOf(buffer), start, end) || !this.time.zoned) return false;
    const from = this.time.end;
    const head = HEAD.exec(buffer.latin1Slice(from, Math.min(end, from + 24)));
    if (head === null) return false;
    line.utcMicros = this.time.micros;
    line.isExact = true;
    line.partial = head[1]?.charCodeAt(0) === P;
    line.start = from + head[0].length;
    return true;
  }
}

/**
 * `kubectl logs --timestamps`. A log4j pattern may print such a time itself: then a level or a
 * thread follows, and it is no wrapping. What follows here is another time, JSON, or text without a
 * level.
 */
export class TimestampedLine implements Envelope {
  readonly name = "timestamps";
  private readonly time = new IsoTime();

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    if (!this.time.read(viewOf(buffer), start, end) || !this.time.zoned) return false;
    const from = this.time.end;
    if (from < end && buffer[from] !== SPACE) return false;
    const rest = buffer.latin1Slice(Math.min(from + 1, end), Math.min(end, from + 160));
    if (/^(?:\[|TRACE|DEBUG|INFO|WARN|ERROR|FATAL)/.test(rest)) return false;
    const dated = /^(?:\{"|\d\d(?:\d\d)?[/-]\d\d[/-]\d\d[ T])/.test(rest);
    if (!dated && /\b(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/.test(rest)) return false;
    line.utcMicros = this.time.micros;
    line.isExact = true;
    line.start = Math.min(from + 1, end);
    return true;
  }
}
