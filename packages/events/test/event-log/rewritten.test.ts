/**
 * Event logs that went through a tool say the same as before: sorted, listed, pretty-printed,
 * prefixed, in envelopes.
 */
import type { EventFact } from "@respark/core";
import { expect, test } from "vitest";
import { beginsJson, EventReader, mayHoldEvent } from "../../src/event-log/event-reader.ts";
import type { EventLogTrouble } from "../../src/event-log/trouble.ts";
import { linesOf } from "./decoded.ts";

const events = [
  { Event: "SparkListenerLogStart", "Spark Version": "3.5.1" },
  { Event: "SparkListenerUnpersistRDD", "RDD ID": 3 },
  { Event: "SparkListenerExecutorRemoved", Timestamp: 5, "Executor ID": "1", "Removed Reason": "" },
];
const facts = ["log_start", "unpersist_rdd", "executor_removed"];

function read(text: string): { kinds: string[]; lines: number[]; troubles: EventLogTrouble[] } {
  const troubles: EventLogTrouble[] = [];
  const reader = new EventReader({ report: (trouble) => troubles.push(trouble) });
  const [kinds, lines]: [string[], number[]] = [[], []];
  for (const line of linesOf(Buffer.from(text))) {
    let fact: EventFact | undefined = reader.read(line);
    for (; fact !== undefined; fact = reader.more()) {
      kinds.push(fact.kind);
      lines.push(reader.line);
    }
  }
  reader.finish();
  return { kinds, lines, troubles };
}

const oneALine = (form: (event: object) => string) => `${events.map(form).join("\n")}\n`;
const sorted = (event: object) =>
  JSON.stringify(Object.fromEntries(Object.entries(event).sort(([a], [b]) => (a < b ? 1 : -1))));

test.each([
  ["keys in another order", oneALine(sorted), [1, 2, 3]],
  [
    "blanks behind colons",
    oneALine((event) => JSON.stringify(event).replaceAll('":', '": ')),
    [1, 2, 3],
  ],
  ["one list in one line", JSON.stringify(events), [1, 1, 1]],
  [
    "a list, an event a line",
    `[\n${events.map((event) => JSON.stringify(event)).join(",\n")}\n]\n`,
    [2, 3, 4],
  ],
  ["a pretty-printed list", JSON.stringify(events, undefined, 2), [2, 6, 10]],
  ["pretty-printed objects", oneALine((event) => JSON.stringify(event, undefined, 2)), [1, 5, 9]],
  [
    "an envelope",
    oneALine((event) => JSON.stringify({ at: 1, log: `${JSON.stringify(event)}\n` })),
    [1, 2, 3],
  ],
  [
    "an envelope around the event itself",
    oneALine((event) => JSON.stringify({ _index: "i", _source: event })),
    [1, 2, 3],
  ],
  ["a text of JSON a line", oneALine((event) => JSON.stringify(JSON.stringify(event))), [1, 2, 3]],
  ["a list within an object", JSON.stringify({ id: "a", events, count: 3 }), [1, 1, 1]],
  [
    "a list within an object, pretty-printed",
    JSON.stringify({ id: "a", events }, undefined, 2),
    [1, 1, 1],
  ],
  ["a byte order mark before a list", `\u{feff}${JSON.stringify(events)}`, [1, 1, 1]],
])("%s", (_, text, lines) => {
  expect(read(text)).toEqual({ kinds: facts, lines, troubles: [] });
});

test("a time before each event is told once, and the events are read", () => {
  const { kinds, troubles } = read(
    oneALine((event) => `2024-07-24T04:20:00Z ${JSON.stringify(event)}`),
  );
  expect(kinds).toEqual(facts);
  expect(troubles).toMatchObject([
    { code: "event_behind_prefix", severity: "info", count: 3, line: 1 },
  ]);
});

test("of a list that is cut the events before the cut are read, and the cut is told", () => {
  const { kinds, troubles } = read(JSON.stringify(events).slice(0, -20));
  expect(kinds).toEqual(facts.slice(0, 2));
  expect(troubles).toMatchObject([{ code: "truncated_line", line: 1 }]);
});

test("an event of a list that lost its end does not take the others with it", () => {
  const [first, second, third] = events.map((event) => JSON.stringify(event));
  const { kinds, troubles } = read(`[${first},\n${second?.slice(0, -3)}\n${third}]\n`);
  expect(kinds).toEqual(["log_start", "executor_removed"]);
  expect(troubles).toMatchObject([{ code: "truncated_line", line: 2 }]);
});

test("a damaged object among pretty-printed ones is told at its line, and the others are read", () => {
  const whole = JSON.stringify(events[1], undefined, 2);
  const { kinds, troubles } = read(`${whole}\n${whole.replace("3", "three")}\n${whole}\n`);
  expect(kinds).toEqual(["unpersist_rdd", "unpersist_rdd"]);
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 5, count: 1 }]);
});

test("settings as a list of pairs are settings", () => {
  const forms = [
    [["spark.app.id", "a"]],
    [{ _1: "spark.app.id", _2: "a" }],
    [{ key: "spark.app.id", value: "a" }],
  ];
  for (const form of forms) {
    const event = { Event: "SparkListenerEnvironmentUpdate", "Spark Properties": form };
    const [line] = linesOf(Buffer.from(JSON.stringify(event)));
    const fact = line && new EventReader({ report: () => {} }).read(line);
    expect(fact).toMatchObject({ sparkProperties: new Map([["spark.app.id", "a"]]) });
  }
});

test("a text log's line is no event, whatever it quotes", () => {
  const says = (text: string) => {
    const buffer = Buffer.from(text);
    const line = { buffer, start: 0, end: buffer.length };
    return [mayHoldEvent(line), beginsJson(line)];
  };
  expect(says('26/11/21 02:37:09 INFO Foo: {"Event":1}')).toEqual([false, false]);
  expect(says('{"log":"26/11/21 02:37:09 INFO MemoryStore: cleared"}')).toEqual([false, true]);
  expect(says(sorted(events[0] ?? {}))).toEqual([true, true]);
  expect(says('x {"Event":"SparkListenerLogStart"}')).toEqual([true, false]);
});

test("a log that begins within an event is read from the next line, and the rest of it is told", () => {
  const rest =
    '{"Task ID":7,"Accumulables":[{"ID":5,"Name":"x"}]},"Task Metrics":{"Result Size":1}}';
  const { kinds, troubles } = read(`${rest}\n${oneALine((event) => JSON.stringify(event))}`);
  expect(kinds).toEqual(facts);
  expect(troubles.map(({ code, line }) => [code, line])).toEqual([["malformed_json", 1]]);
});
