/**
 * YAML documents (`gcloud logging read` unless asked otherwise): each becomes a JSON object in one
 * line, as the same tool prints it on demand.
 */
import { isObject, leavesOf } from "../json-paths.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import { type Layer, Unwrapped } from "./envelope.ts";
import { yamlObject } from "./yaml-object.ts";

const MARK = "---";
/** A document that is longer is let go. */
const DOCUMENT_LINES = 100_000;

export class YamlDocuments implements Layer {
  readonly name = "yaml";
  private lines: string[] = [];
  private readonly document = new Unwrapped();
  private readonly waiting: Unwrapped[] | undefined;

  /** `newestFirst`: documents are held and given from the last to the first. */
  constructor(newestFirst: boolean) {
    this.waiting = newestFirst ? [] : undefined;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end, number, byteOffset } = line;
    const text = buffer.toString("utf8", start, end);
    if (text === MARK) {
      this.give(next);
      return;
    }
    if (this.lines.length === 0) {
      this.document.number = number;
      this.document.byteOffset = byteOffset;
    }
    if (this.lines.length < DOCUMENT_LINES) this.lines.push(text);
  }

  flush(next: (line: Unwrapped) => void): void {
    this.give(next);
    for (const document of (this.waiting ?? []).splice(0).reverse()) next(document);
  }

  private give(next: (line: Unwrapped) => void): void {
    const { document } = this;
    const object = yamlObject(this.lines.splice(0));
    if (object === undefined) return;
    const json = Buffer.from(JSON.stringify(object));
    document.take(json, 0, json.length);
    if (this.waiting === undefined) next(document);
    else this.waiting.push(document.copy());
  }
}

/** Marks stand between documents, in one of which a value is a line of Spark's. */
export function areYamlDocuments(texts: readonly string[]): boolean {
  if (!texts.includes(MARK)) return false;
  const documents: string[][] = [[]];
  for (const text of texts) {
    if (text === MARK) documents.push([]);
    else documents.at(-1)?.push(text);
  }
  const objects = documents.filter(({ length }) => length > 0).map((lines) => yamlObject(lines));
  if (objects.some((object) => object === undefined)) return false;
  return objects.some((object) => isObject(object) && leavesOf(object).some(isSparks));
}

function isSparks({ value }: { readonly value: unknown }): boolean {
  const bytes = Buffer.from(typeof value === "string" ? value : "");
  return sparkWordsIn(bytes, 0, bytes.length) !== undefined;
}
