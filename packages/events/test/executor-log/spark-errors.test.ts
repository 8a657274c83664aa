import { expect, test } from "vitest";
import { decode } from "./decoded.ts";

const facts = (...lines: string[]) => decode(lines.join("\n")).records.map(({ fact }) => fact);

test("an error of Spark's own in words of no template is told, with the throwable below it", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR DiskBlockObjectWriter: Uncaught exception while closing temp_1",
      "java.io.IOException: closed",
      "\tat java.io.FileOutputStream.open0(Native Method)",
      "Caused by: java.io.FileNotFoundException: temp_1",
    ),
  ).toEqual([
    {
      kind: "spark_error",
      logger: "DiskBlockObjectWriter",
      message: "Uncaught exception while closing temp_1",
      error: "java.io.IOException: closed\nCaused by: java.io.FileNotFoundException: temp_1",
    },
  ]);
});

test("a known class with words of no template is heard too, a user's class is not", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR BlockManager: Something new went wrong",
      "26/11/21 02:36:36 ERROR Importer: no such customer",
      "26/11/21 02:36:37 WARN BlockManager: Something new looks odd",
    ),
  ).toEqual([
    {
      kind: "spark_error",
      logger: "BlockManager",
      message: "Something new went wrong",
      error: undefined,
    },
  ]);
});

test("an OutOfMemoryError or an aborted stage below it is told as such, and once", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR Inbox: Ignoring error",
      "java.lang.OutOfMemoryError: Java heap space",
      "26/11/21 02:36:36 ERROR FileFormatWriter: Aborting job 1.",
      "org.apache.spark.SparkException: Job aborted due to stage failure: no room",
    ).map((fact) => fact?.kind),
  ).toEqual(["error_logged", "trouble_logged"]);
});

test.each([
  "Still have 1 requests outstanding when connection from /10.0.0.7:7337 is closed",
  "Asked to remove non-existent executor 4",
])("%s: what follows from a loss is no error of its own", (message) => {
  expect(facts(`26/11/21 02:36:35 ERROR TransportRequestHandler: ${message}`)).toEqual([]);
});

test("a message that comes after an RPC environment has stopped is no error", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR TransportRequestHandler: Error while invoking RpcHandler#receive()",
      "org.apache.spark.SparkException: Could not find AppClient.",
      "26/11/21 02:36:36 ERROR Worker: Connection to master failed! Waiting for master to reconnect...",
    ),
  ).toEqual([]);
});
