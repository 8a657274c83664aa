/**
 * The reference that fast decoders are held against: every line through stream-json's tokens,
 * whole.
 */
import type { EventFact } from "@respark/core";
import { eventDecoders } from "../../src/event-log/decoders/index.ts";
import type { EventDecoder } from "../../src/event-log/event.ts";
import { HugeLineReader } from "../../src/event-log/huge-line.ts";
import { MissingField } from "../../src/event-log/json.ts";

const noLimits = { textChars: Number.POSITIVE_INFINITY, keptChars: Number.POSITIVE_INFINITY };

export class ReferenceDecoder {
  readonly #decoders: ReadonlyMap<string, EventDecoder> = new Map(
    eventDecoders().map((decoder) => [decoder.event, decoder]),
  );

  /** The fact of one whole line, or what it lacks. */
  decode(line: Buffer): EventFact | "ignored" | "damaged" | undefined {
    const reader = new HugeLineReader(() => "everything", noLimits);
    reader.write(line, 0, line.length);
    const { event, json, problem } = reader.end();
    if (problem !== undefined || event === undefined) return "damaged";
    const decoder = this.#decoders.get(event);
    if (decoder === undefined) return "ignored";
    try {
      return decoder.decode(json);
    } catch (error) {
      if (error instanceof MissingField) return "damaged";
      throw error;
    }
  }
}
