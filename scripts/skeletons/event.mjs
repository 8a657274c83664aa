/** An event of the event log and its test. */
import { camel, pascal } from "./names.mjs";

export const event = (name) => ({
  files: {
    [`packages/events/src/event-log/decoders/${name}.ts`]: `/** SparkListener${pascal(name)}: since which Spark, and what it becomes. */
import type { EventDecoder, Picks } from "../event.ts";
import { type JsonObject, needTimeMs } from "../json.ts";

/** The event's fields that are cut out of its line; the rest is never parsed. */
const picks: Picks = { time: true };

export function ${camel(name)}Decoders(): readonly EventDecoder[] {
  return [
    {
      event: "SparkListener${pascal(name)}",
      picks,
      decode: (event: JsonObject) => ({
        kind: "application_end",
        timeMs: needTimeMs(event, "Timestamp"),
        exitCode: undefined,
      }),
    },
  ];
}
`,
    [`packages/events/test/event-log/${name}.test.ts`]: `/** SparkListener${pascal(name)}, as the oldest and the newest version write it. */
import { expect, test } from "vitest";
import { factsOf } from "./decoded.ts";

test.each([
  ["the oldest version", { Event: "SparkListener${pascal(name)}", Timestamp: 1_795_228_629_000 }],
])("of %s it becomes a fact, by JSON and by the learned shape alike", (_, event) => {
  const fact = { kind: "what it becomes" };
  expect(factsOf(event)).toEqual([fact, fact]);
});
`,
  },
  index: {
    path: "packages/events/src/event-log/decoders/index.ts",
    imported: `${camel(name)}Decoders`,
    from: name,
    list: "  return [",
    entry: `${camel(name)}Decoders`,
  },
  left: [
    "its fact in core/src/event-fact.ts, and what the replay does with it: the compiler shows where",
    "in its test: a real event of the oldest and of the newest version that write it",
    "docs/spark/event-log.md: since when",
  ],
});
