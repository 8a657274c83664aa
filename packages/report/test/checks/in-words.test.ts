/** Numbers of the gate in words: what reads the same is said once. */
import { expect, test } from "vitest";
import {
  changeInWords,
  changeShareInWords,
  intervalInWords,
  inWords,
  spanInWords,
} from "../../src/checks/in-words.ts";

const MIB = 1024 * 1024;

test("ends that read the same are one number", () => {
  expect(spanInWords({ min: 105 * MIB, max: 105 * MIB + 300 }, "bytes")).toBe("105 MiB");
  expect(spanInWords({ min: 0.5, max: 0.5 }, "share")).toBe("50.0 %");
  expect(spanInWords({ min: 6, max: 10 }, "count")).toBe("6 to 10");
});

test("an interval is told where its ends differ as they read", () => {
  expect(intervalInWords({ best: 104 * MIB, min: 104 * MIB, max: 106 * MIB }, "bytes")).toBe(
    "104 MiB (104 MiB to 106 MiB)",
  );
  expect(intervalInWords({ best: 7, min: 7, max: 7 }, "count")).toBe("7");
  expect(intervalInWords(undefined, "count")).toBe("–");
});

test("a median between two counts has its half, and time is said in its two largest units", () => {
  expect([inWords(4.5, "count"), inWords(4812, "rows"), inWords(299_700, "ms")]).toEqual([
    "4.5",
    "4,812",
    "5 min 0 s",
  ]);
});

test("a change is never -0 % of what was", () => {
  expect(
    [
      { change: -323, was: 105_000 },
      { change: 7, was: 50 },
      { change: -29.8, was: 65.9 },
    ].map(changeShareInWords),
  ).toEqual(["less than 1 %", "+14 %", "-45 %"]);
});

test("a share moves by percentage points, which are no per cent of what it was", () => {
  expect([
    changeInWords(-0.094, "share"),
    changeInWords(1, "share"),
    changeInWords(0.0004, "share"),
    changeInWords(-3 * MIB, "bytes"),
  ]).toEqual(["-9.4 points", "+100.0 points", "less than 0.1 points", "-3.0 MiB"]);
});
