/**
 * Pods named before each line: `kubectl logs --prefix` (`[pod/name/container] …`) and stern (`name
 * container …`).
 */
import type { Envelope, Unwrapped } from "./envelope.ts";

const OPEN = 91;
const BRACKETED = /^\[pod\/([^/\]]+)\/[^\]]+\] ?/;
/**
 * A pod's name has a dash; a date or a JSON object follows the container's name in a record's first
 * line.
 */
const NAMED =
  /^([a-z0-9][a-z0-9.-]*-[a-z0-9.-]*) ([a-z0-9][a-z0-9.-]*) (?=\{"|\d\d(?:\d\d)?[/-]\d\d[/-]\d\d[ T])/;
const PODS_KEPT = 10_000;

export class PodPrefix implements Envelope {
  readonly name = "pod-prefix";
  /** `pod container ` as seen before record heads: lines below a record begin so too. */
  private readonly seen = new Map<string, string>();

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    const text = buffer.latin1Slice(start, Math.min(end, start + 400));
    const found = buffer[start] === OPEN ? BRACKETED.exec(text) : NAMED.exec(text);
    if (found !== null) {
      line.container = found[1];
      line.start = start + found[0].length;
      if (buffer[start] !== OPEN && this.seen.size < PODS_KEPT)
        this.seen.set(found[0], found[1] ?? "");
      return true;
    }
    const second = text.indexOf(" ", text.indexOf(" ") + 1);
    const pod = second < 0 ? undefined : this.seen.get(text.slice(0, second + 1));
    if (pod === undefined) return false;
    line.container = pod;
    line.start = start + second + 1;
    return true;
  }
}
