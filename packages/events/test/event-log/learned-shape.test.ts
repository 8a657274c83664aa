import { describe, expect, test } from "vitest";
import { LearnedShapes } from "../../src/event-log/learned-shape.ts";
import { learnShape, ShapeFields } from "../../src/event-log/shape.ts";

/** What a decoder wants of the lines below, and how it reads them. */
class Reader {
  readonly wanted = new ShapeFields();
  readonly id = this.wanted.need("ID");
  readonly time = this.wanted.integer("Time");
  readonly ok = this.wanted.flag("Ok");
  readonly name = this.wanted.text("Info", "Name");
  readonly list = this.wanted.array("List");
  readonly more = this.wanted.array("More");
  readonly shapes: LearnedShapes;

  constructor() {
    this.wanted.metrics("Metrics");
    this.shapes = new LearnedShapes(this.wanted);
  }

  /** The line's values; undefined where no learned shape fits. Then it is learned, if told so. */
  read(text: string, learns = false): object | undefined {
    // Other lines stand around it in the buffer.
    const line = { buffer: Buffer.from(`{"ID":1}${text}"}]1`), start: 8, end: 0 };
    line.end = line.buffer.length - 4;
    const { shapes } = this;
    if (!shapes.match(line)) {
      if (learns) shapes.learn(line);
      return undefined;
    }
    const arrayIn = (array: number): string | undefined => {
      const start = shapes.arrayStart(array);
      return start === undefined
        ? undefined
        : line.buffer.toString("utf8", start, shapes.arrayEnd(array));
    };
    return {
      id: shapes.number(this.id),
      time: shapes.integer(this.time),
      ok: shapes.flag(this.ok),
      name: shapes.text(this.name),
      list: arrayIn(this.list),
      more: arrayIn(this.more),
      metrics: shapes.metricNames.map((name, index) => [name, shapes.metric(index)]),
    };
  }
}

const nothing = {
  time: undefined,
  ok: undefined,
  name: undefined,
  list: undefined,
  more: undefined,
  metrics: [],
};

function readAfter(learned: string, text: string): object | undefined {
  const reader = new Reader();
  reader.read(learned, true);
  return reader.read(text);
}

describe("a line of a learned shape is read as JSON.parse reads it", () => {
  const number = '{"Event":"E","ID":0}';
  test.each([
    [number, '{"Event":"E","ID":7}', { id: 7 }],
    [number, '{"Event":"E","ID":-120}', { id: -120 }],
    [number, '{"Event":"E","ID":109}', { id: 109 }],
    [number, '{"Event":"E","ID":123456789012345}', { id: 123456789012345 }],
    ['{ "ID" : 1 , "Time" : 2 }', '{ "ID" : 31 , "Time" : 42 }', { id: 31, time: 42 }],
    ['{"ID":1,"Ok":true}', '{"ID":1,"Ok":true}', { id: 1, ok: true }],
    ['{"ID":1,"Ok":true}', '{"ID":1,"Ok":false}', { id: 1, ok: false }],
    ['{"ID":1,"Ok":false,"X":1}', '{"ID":1,"Ok":null,"X":22}', { id: 1 }],
    ['{"ID":1,"X":1.5e-3,"Time":1}', '{"ID":1,"X":2,"Time":3}', { id: 1, time: 3 }],
    ['{"Info":{"Name":"a"},"ID":1}', '{"Info":{"Name":"bcd"},"ID":2}', { id: 2, name: "bcd" }],
    ['{"Info":{"Name":""},"ID":1}', '{"Info":{"Name":"é"},"ID":2}', { id: 2, name: "é" }],
    // An object's inner keys are no fields of the line's own.
    ['{"In":{"Time":1},"ID":1}', '{"In":{"Time":9},"ID":2}', { id: 2 }],
    ['{"ID":1,"List":[1,2]}', '{"ID":2,"List":[]}', { id: 2, list: "" }],
    ['{"ID":1,"List":[]}', '{"ID":2,"List":[3]}', { id: 2, list: "3" }],
    ['{"List":["]"],"ID":1}', '{"List":["a\\"]"],"ID":2}', { id: 2, list: '"a\\"]"' }],
    ['{"List":[[1],[]],"ID":1}', '{"List":[[1,[2]]],"ID":2}', { id: 2, list: "[1,[2]]" }],
    [
      '{"List":[1],"More":[2],"ID":1}',
      '{"List":[33],"More":[4,5],"ID":6}',
      { id: 6, list: "33", more: "4,5" },
    ],
    ['{"ID":1,"None":[ ]}', '{"ID":2,"None":[ ]}', { id: 2 }],
    [
      '{"ID":1,"Metrics":{"A":1,"B c":2},"Time":3}',
      '{"ID":1,"Metrics":{"A":40,"B c":50},"Time":60}',
      {
        id: 1,
        time: 60,
        metrics: [
          ["A", 40],
          ["B c", 50],
        ],
      },
    ],
  ])("%s, then %s", (learned, text, values) => {
    expect(readAfter(learned, text)).toEqual({ ...nothing, ...values });
  });
});

describe("what a shape cannot hold is left to JSON.parse", () => {
  const learned = '{"Event":"E","ID":1,"Ok":true,"Info":{"Name":"a"},"List":[1],"Time":2}';
  const changed = (from: string, to: string): string => learned.replace(from, to);
  test.each([
    ["a fraction", changed('"ID":1', '"ID":1.5')],
    ["an exponent", changed('"ID":1', '"ID":1e5')],
    ["a leading zero", changed('"ID":1', '"ID":01')],
    ["no number", changed('"ID":1', '"ID":')],
    ["a sign alone", changed('"ID":1', '"ID":-')],
    ["a byte before the digits", changed('"ID":1', '"ID":/')],
    ["a byte behind the digits", changed('"ID":1', '"ID"::')],
    ["16 digits, which a double may not hold", changed('"ID":1', '"ID":1234567890123456')],
    ["a text for a number", changed('"ID":1', '"ID":"1"')],
    ["another event", changed('"E"', '"F"')],
    ["another key", changed('"Time"', '"Tome"')],
    ["a last key that differs in its last letter", changed('"Time"', '"Timf"')],
    ["no flag", changed("true", "truu")],
    ["a flag cut short", changed("true", "fals")],
    ["an escape in a text", changed('"a"', '"a\\n"')],
    ["a tab in a text", changed('"a"', '"\t"')],
    ["a control character in a text", changed('"a"', '"\u001f"')],
    ["more behind it", `${learned} `],
    ["its last bytes missing", learned.slice(0, -1)],
    ["half of it", learned.slice(0, 40)],
    ["a list that never ends", changed('],"Time":2}', "")],
    ["another event inside a list", changed("[1]", '[{"Event":"SparkListenerTaskEnd"}]')],
  ])("%s", (_, text) => {
    expect(readAfter(learned, learned)).toBeDefined();
    expect(readAfter(learned, text)).toBeUndefined();
  });

  test("a blank is the first byte that a text may hold", () => {
    expect(readAfter(learned, changed('"a"', '" "'))).toMatchObject({ name: " " });
  });
});

describe("no shape is learned", () => {
  const metrics = (count: number): string => {
    const pairs = Array.from({ length: count }, (_, i) => `"M${i}":${i}`);
    return `{"ID":1,"Metrics":{${pairs.join(",")}}}`;
  };
  const holes = (count: number): string => {
    return `{"ID":1${Array.from({ length: count - 1 }, (_, i) => `,"H${i}":${i}`).join("")}}`;
  };
  const deep = (depth: number): string => {
    const inner = depth - 1;
    return `{"ID":1,"D":${'{"D":'.repeat(inner)}1${"}".repeat(inner)}}`;
  };
  test.each([
    ["of a line without what is needed", '{"Time":1}', false],
    ["of a needed number that is a text", '{"ID":"1"}', false],
    ["of a flag that is a number", '{"ID":1,"Ok":1}', false],
    ["of an unknown list of objects", '{"ID":1,"Other":[{}]}', false],
    ["of an unknown list that is not closed", '{"ID":1,"Other":[', false],
    ["of a wanted key twice", '{"ID":1,"ID":2}', false],
    ["of a wanted list twice", '{"ID":1,"List":[],"List":[]}', false],
    ["of a metric twice", '{"ID":1,"Metrics":{"A":1,"A":2}}', false],
    ["of a metric that is a text", '{"ID":1,"Metrics":{"A":"1"}}', false],
    ["of an escaped key", String.raw`{"ID":1,"a\"b":2}`, false],
    ["of no object", '"ID"', false],
    ["of a line cut in a key", '{"ID":1,"Ti', false],
    ["of a line cut behind a comma", '{"ID":1,', false],
    ["of a key without quotes", '{"ID":1,x', false],
    ["of 401 values", holes(401), false],
    ["but of 400", holes(400), true],
    ["of 65 metrics", metrics(65), false],
    ["but of 64", metrics(64), true],
    ["of objects 17 deep", deep(17), false],
    ["but 16 deep", deep(16), true],
    ["but of an unwanted key twice", '{"ID":1,"X":1,"X":2}', true],
    ["but of blanks wherever JSON has them", '{ "ID"\t:\t1 , "Ok" : null }', true],
    ["but of an object in a metric, unread", '{"ID":1,"Metrics":{"A":{"B":"c"}}}', true],
  ])("%s", (_, text, is) => {
    expect(learnShape(Buffer.from(text), new Reader().wanted) !== undefined).toBe(is);
  });
});

test("values of another shape's line are gone where the next shape lacks them", () => {
  const reader = new Reader();
  const full = '{"ID":1,"Time":2,"Ok":true,"Info":{"Name":"a"},"List":[1],"Metrics":{"A":5}}';
  const bare = '{"ID":3}';
  for (const line of [full, bare]) reader.read(line, true);
  const values = [full, bare, full, bare].map((line) => reader.read(line));
  const whole = { id: 1, time: 2, ok: true, name: "a", list: "1", more: undefined };
  const first = { ...whole, metrics: [["A", 5]] };
  expect(values).toEqual([first, { ...nothing, id: 3 }, first, { ...nothing, id: 3 }]);
});

test("what was equal in hundreds of lines is still read right when it changes", () => {
  const reader = new Reader();
  const line = (id: number, time: number, ok: boolean | null, name: string): string => {
    return JSON.stringify({ ID: id, Time: time, Ok: ok, Info: { Name: name }, Metrics: { A: 9 } });
  };
  reader.read(line(0, 5, true, "n0"), true);
  for (let id = 1; id < 2000; id++) {
    // From 500 on each thirteenth differs in its time, each eleventh in its flag.
    const time = id > 500 && id % 13 === 0 ? id : 5;
    const ok = id > 500 && id % 11 === 0 ? (id % 2 === 0 ? null : false) : true;
    expect(reader.read(line(id, time, ok, `n${id}`))).toEqual({
      ...nothing,
      id,
      time,
      ok: ok ?? undefined,
      name: `n${id}`,
      metrics: [["A", 9]],
    });
  }
});

test("a list is found wherever it ends, be it nearer to the line's end or farther than before", () => {
  const reader = new Reader();
  const line = (list: number, behind: number): string =>
    `{"ID":1,"List":[${"1,".repeat(list)}0],"Info":{"Name":"${"n".repeat(behind)}"}}`;
  reader.read(line(1, 1), true);
  for (const behind of [1, 600, 1, 40, 5000, 2, 1200, 0]) {
    for (const list of [0, 3000, 10]) {
      expect(reader.read(line(list, behind))).toMatchObject({
        list: `${"1,".repeat(list)}0`,
        name: "n".repeat(behind),
      });
    }
  }
});

test("24 shapes are kept, and after 256 lines that teach nothing no more are tried", () => {
  const many = new Reader();
  const lines = Array.from({ length: 26 }, (_, i) => `{"ID":1,"K${i}":2}`);
  for (const line of lines) many.read(line, true);
  const read = lines.map((line) => many.read(line) !== undefined);
  expect(read.filter(Boolean)).toHaveLength(24);
  const learnsAfter = (refusals: number): boolean => {
    const reader = new Reader();
    for (let i = 0; i < refusals; i++) reader.read('{"Time":1}', true);
    reader.read('{"ID":1}', true);
    return reader.read('{"ID":2}') !== undefined;
  };
  expect([learnsAfter(255), learnsAfter(256)]).toEqual([true, false]);
});
