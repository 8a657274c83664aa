/** XML as log4j's and log4j2's XMLLayout print it: each event becomes a JSON object in one line. */
import { type Layer, Unwrapped } from "./envelope.ts";

const BEGINS = /<(?:log4j:)?[eE]vent[\s>]/;
const ENDS = /<\/(?:log4j:)?[eE]vent>/;
const EVENT_BYTES = 1 << 20;
const ATTRIBUTE = /([\w:]+)="([^"]*)"/g;
const ELEMENT =
  /<(?:log4j:)?(\w+)((?:\s+[\w:]+="[^"]*")*)\s*>\s*(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))\s*<\/(?:log4j:)?\1>/g;

export class XmlEvents implements Layer {
  readonly name = "xml";
  private text = "";
  private readonly event = new Unwrapped();

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const said = line.buffer.toString("utf8", line.start, line.end);
    if (this.text === "") {
      if (!BEGINS.test(said)) return;
      this.event.number = line.number;
      this.event.byteOffset = line.byteOffset;
    }
    if (this.text.length < EVENT_BYTES) this.text += `${said}\n`;
    if (!ENDS.test(said)) return;
    const json = Buffer.from(JSON.stringify(fieldsOf(this.text)));
    this.text = "";
    this.event.take(json, 0, json.length);
    next(this.event);
  }
}

function fieldsOf(event: string): Record<string, unknown> {
  const head = /<(?:log4j:)?[eE]vent([^>]*)>/.exec(event);
  const fields: Record<string, unknown> = attributesOf(head?.[1] ?? "");
  for (const [, name = "", , raw, escaped = ""] of event.matchAll(ELEMENT)) {
    fields[name.toLowerCase()] = raw ?? unescaped(escaped);
  }
  const instant = /<Instant ([^>]*)\/>/.exec(event)?.[1];
  if (instant !== undefined) {
    const { epochSecond, nanoOfSecond } = attributesOf(instant);
    fields["instant"] = { epochSecond: Number(epochSecond), nanoOfSecond: Number(nanoOfSecond) };
  }
  const thrown = /<Thrown ([^>]*)>/.exec(event)?.[1];
  if (thrown !== undefined) fields["thrown"] = attributesOf(thrown);
  return fields;
}

function attributesOf(text: string): Record<string, string> {
  const said = [...text.matchAll(ATTRIBUTE)];
  return Object.fromEntries(said.map(([, name = "", value = ""]) => [name, unescaped(value)]));
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function unescaped(text: string): string {
  return text.replaceAll(/&(\w+);/g, (all, name: string) => ENTITIES[name] ?? all);
}

/** The first lines open an event of log4j's. */
export function areXmlEvents(texts: readonly string[]): boolean {
  return texts.slice(0, 20).some((text) => BEGINS.test(text) && /(?:level|logger)/.test(text));
}
