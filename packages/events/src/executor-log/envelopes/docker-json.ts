/** Docker's json-file driver: `{"log":"message\n","stream":"stderr","time":"2026-11-21T02:47:02.684123456Z"}`. */
import { Literal, viewOf } from "../line-bytes.ts";
import { IsoTime } from "../log-time.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const OPEN = 123;
const BEGINS = new Literal('{"log":"');

export class DockerJsonLine implements Envelope {
  readonly name = "docker-json";
  private readonly time = new IsoTime();

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    if (buffer[start] !== OPEN || !BEGINS.standsAt(viewOf(buffer), start, end)) return false;
    const said = logOf(buffer.toString("utf8", start, end));
    if (said === undefined) return false;
    const time = Buffer.from(said.time);
    line.utcMicros =
      this.time.read(viewOf(time), 0, time.length) && this.time.zoned
        ? this.time.micros
        : Number.NaN;
    line.partial = !said.log.endsWith("\n");
    line.buffer = Buffer.from(said.log);
    line.start = 0;
    line.end = line.buffer.length - (line.partial ? 0 : 1);
    return true;
  }
}

function logOf(text: string): { readonly log: string; readonly time: string } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A torn line; its bytes go on as they are, and are judged as a line without layout.
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || !("log" in parsed)) return undefined;
  const time = "time" in parsed ? parsed.time : undefined;
  return typeof parsed.log === "string"
    ? { log: parsed.log, time: typeof time === "string" ? time : "" }
    : undefined;
}
