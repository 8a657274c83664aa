import { expect, test } from "vitest";
import { linesThatCount, restsOfStatements } from "./oracle.ts";

test("a hurt event must be told of; one that nobody wants, and empty lines, need not", () => {
  const text = [
    '{"Event":"SparkListenerTaskEnd","Stage ID":0}',
    '{"Event":"SparkListenerTaskEnd","Stage ID"',
    '{"Event":"SparkListenerNobodyKnows","x":1',
    "",
    'ID":0}',
    '{"no":"event"}',
    "7",
    'xxx{"Event":"SparkListenerNobodyKnows","x":1}',
    'xxx{"Event":"SparkListenerTaskEnd","Stage ID":0}',
    'ID":0}{"Event":"SparkListenerNobodyKnows","x":1}',
  ];
  expect(linesThatCount(Buffer.from(text.join("\n")), "event_log")).toEqual([1, 2, 5, 6, 7, 9, 10]);
});

test("a memory statement must be told of wherever it stands in a line", () => {
  const text = [
    "26/11/21 02:36:35 INFO MemoryStore: MemoryStore started with capacity 366.3 MiB",
    "26/11/21 02:36:35 INFO Executor: hello",
    "torn\0 Will not store rdd_0_0",
  ];
  expect(linesThatCount(Buffer.from(text.join("\n")), "log")).toEqual([1, 3]);
});

test("a statement that is broken in two must be told of where it begins", () => {
  const text = [
    "26/11/21 02:36:35 INFO MemoryStore: After dropping 2 blocks, ",
    "free memory is 29.2 MB",
    "26/11/21 02:36:35 INFO Mine: ready",
    "free memory is 3 GB",
  ];
  expect(linesThatCount(Buffer.from(text.join("\n")), "log")).toEqual([1, 4]);
});

test("the rest of a statement may be told of where the statement begins", () => {
  const text = [
    "26/11/21 02:36:35 INFO MemoryStore: Block broadca",
    "st_2 stored as values in memory (estimated size 5.5 KiB, free 127.2 MiB)",
    "26/11/21 02:36:35 INFO Mine: rea",
    "dy, stored as values in memory (estimated size 5.5 KiB, free 127.2 MiB)",
    "26/11/21 02:36:35 INFO MemoryStore: Block a stored as bytes in memory (estimated size 1 B, free 2 B)",
    "Will not store b",
    "26/11/21 02:36:35 INFO MemoryStore: Block c",
    "26/11/21 02:36:35 INFO MemoryStore: Will not store c",
    "26/11/21 02:36:35 INFO MemoryStore: Memory use = 48.5 MB (blocks) + 12.8 MB (scratch ",
    "space shared across 2 tasks(s)) = 61.3 MB. Storage limit = 62.2 MB.",
    "no other. Storage limit = 62.2 MB.",
    "26/11/21 02:36:35 INFO MemoryStore: After dropping 7 blocks, 21 02:58:14 ERROR Backend: TERM",
    "tdown",
    "free memory is 20.1 MiB",
    "26/11/21 02:36:35 INFO MemoryStore: After dropping 7 blocks, free memory is 1 MB",
    "free memory is 20.1 MiB",
  ];
  const rests = restsOfStatements(Buffer.from(text.join("\n")), "log");
  expect([...rests]).toEqual([
    [2, 1],
    [10, 9],
    [14, 12],
  ]);
});

test("the rest of an event may be told of where the event begins", () => {
  const text = [
    "{",
    '"Event":"SparkListenerLogStart","Spark Version":"3.4.4"}',
    '{"Event":"SparkListenerTaskEnd","Stage ID"',
    '{"Event":"SparkListenerTaskEnd","Stage ID":1}',
    '"Event":"SparkListenerTaskEnd","Stage ID":1}',
  ];
  const rests = restsOfStatements(Buffer.from(text.join("\n")), "event_log");
  expect([...rests]).toEqual([[2, 1]]);
});
