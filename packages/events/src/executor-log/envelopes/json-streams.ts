/**
 * Records as JSON objects of which each names its executor, pod or container: streams of their own.
 */
import { type JsonPath, valueAt } from "../json-paths.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

const OPEN = 123;
const NUMBER = /^\d{1,9}$/;

export class JsonStreams implements Layer {
  readonly name = "json-streams";
  private readonly path: JsonPath;

  /** `path`: where the name of the stream stands. */
  constructor(path: JsonPath) {
    this.path = path;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    const name =
      buffer[start] === OPEN ? this.nameIn(buffer.toString("utf8", start, end)) : undefined;
    if (name !== undefined) line.container = NUMBER.test(name) ? `executor-${name}` : name;
    next(line);
  }

  private nameIn(text: string): string | undefined {
    try {
      const value = valueAt(JSON.parse(text), this.path);
      if (typeof value === "number") return String(value);
      return typeof value === "string" && value !== "" ? value : undefined;
    } catch {
      return undefined;
    }
  }
}
