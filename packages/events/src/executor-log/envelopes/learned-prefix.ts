/**
 * What a wrapper prints before every line (Airflow, Livy, compose, Loki, journald): its own head,
 * learned.
 */
import type { Field } from "../layouts/head-shape.ts";
import type { LearnedCut } from "../layouts/learned-cut.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const HEAD_BYTES = 640;

export class LearnedPrefix implements Envelope {
  readonly name: string;
  private readonly cut: LearnedCut;
  /** Which captures name the stream a line is of. */
  private readonly names: readonly number[];

  constructor(cut: LearnedCut, names: readonly number[]) {
    this.name = cut.name.replace(/%m%n$/, "");
    this.cut = cut;
    this.names = names;
  }

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    const found = this.cut.search.exec(
      buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES)),
    );
    if (found === null) return false;
    const { time } = this.cut;
    const at = this.cut.timeField;
    if (time?.read(found[at + 1] ?? "") === true && time.zoned) {
      line.utcMicros = time.micros;
    }
    const names = this.names.map((name) => streamName(found[name + 1] ?? ""));
    if (names.length > 0) line.container = names.join(" ");
    line.start = Math.min(start + found[0].length, end);
    return true;
  }
}

/** Labels of a collector that name a stream, the most telling first. */
const LABELS =
  /\b(?:pod|pod_name|k8s_pod_name|container|container_name|container_id|instance|host|hostname|node|unit|filename)="([^"]+)"/g;
const MOST_TELLING = ["pod", "pod_name", "k8s_pod_name", "container_id", "container", "instance"];

/**
 * What names the stream in a field: a label's value in `{pod="…", …}`, else all of it without its
 * brackets.
 */
export function streamName(text: string): string {
  const labels = new Map<string, string>();
  for (const found of text.matchAll(LABELS)) {
    labels.set(found[0].slice(0, found[0].indexOf("=")), found[1] ?? "");
  }
  for (const label of MOST_TELLING) {
    const value = labels.get(label);
    if (value !== undefined) return value;
  }
  const [first] = labels.values();
  return first ?? text.trim().replace(/^[[({<"']+|[\])}>"']+$/g, "");
}

/** It names a process, and neither a file and line nor a thread. */
export function isStreamField({ kind, seen }: Field): boolean {
  if (kind !== "text") return false;
  const names = new Set(seen.map(streamName));
  return [...names].every(
    (name) => /^[\w./@:[\]-]+$/.test(name) && !/\.\w{1,5}:\d+$/.test(name) && /[A-Za-z]/.test(name),
  );
}

/** Names that say by themselves that they are of one of several executors. */
const TELLING = /exec(?:utor)?[-_.]?\d|worker[-_.]?\d|driver|container_\w*\d{6}|(?:^|[-_])pod[-_]/i;

export function isTelling(field: Field): boolean {
  return field.seen.some((text) => TELLING.test(streamName(text)));
}
