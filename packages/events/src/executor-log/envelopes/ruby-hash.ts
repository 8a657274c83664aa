/**
 * Fluent Bit's and Fluentd's standard output: a record printed as a Ruby hash, `{"log"=>"…",
 * "stream"=>"stderr"}`.
 */
import type { Envelope, Unwrapped } from "./envelope.ts";

const OPEN = 123;
const ARROW = /(?<!\\)"=>/g;

/** The hash becomes the JSON object that it says; what else stands in its line comes off before. */
export class RubyHash implements Envelope {
  readonly name = "ruby-hash";

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    if (buffer[start] !== OPEN || !buffer.subarray(start, end).includes('"=>')) return false;
    const text = buffer.toString("utf8", start, end);
    const object = text.replaceAll(ARROW, '":').replace(/\](?=\s*$)/, "");
    if (!isJson(object)) return false;
    line.buffer = Buffer.from(object);
    line.start = 0;
    line.end = line.buffer.length;
    return true;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
