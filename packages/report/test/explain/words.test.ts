/** Amounts as sentences of a verdict and of stories say them. */
import { expect, test } from "vitest";
import {
  bytesBetween,
  cutTo,
  executorsWords,
  moment,
  second,
  seconds,
  share,
  spilledByAccount,
} from "../../src/explain/words.ts";

const MIB = 1024 * 1024;
const open = { best: undefined, min: undefined, max: undefined };

test("an interval is told as one, and what reads the same as one number", () => {
  expect([
    bytesBetween({ best: 12 * MIB, min: 12 * MIB, max: 12 * MIB + 7 }),
    bytesBetween({ best: 12 * MIB, min: 11 * MIB, max: 13 * MIB }),
    bytesBetween({ ...open, min: 11 * MIB, max: 13 * MIB }),
    bytesBetween({ ...open, best: 12 * MIB }),
    bytesBetween({ ...open, max: 13 * MIB }),
    bytesBetween({ ...open, min: 11 * MIB }),
    bytesBetween(open),
  ]).toEqual([
    "12.0 MiB",
    "about 12.0 MiB (11.0 MiB to 13.0 MiB)",
    "11.0 MiB to 13.0 MiB",
    "about 12.0 MiB",
    "at most 13.0 MiB",
    "at least 11.0 MiB",
    "an unknown amount",
  ]);
});

test("a share has a decimal below ten percent, and of nothing there is none", () => {
  expect([share(2, 100), share(10, 100), share(42, 100), share(1, 0)]).toEqual([
    "2.0 %",
    "10 %",
    "42 %",
    "none",
  ]);
});

test("a time of a log without days is none, and a doubtful second is told from where to where", () => {
  const at = Date.UTC(2026, 10, 21, 2, 37, 7) * 1000;
  expect([second(at), second(7_000_000), second(undefined)]).toEqual([
    "2026-11-21 02:37:07 UTC",
    undefined,
    undefined,
  ]);
  expect([
    moment({ best: at, min: at, max: at + 1999 }),
    moment({ best: at, min: at, max: at + 999_000 }),
    moment({ ...open, best: at }),
  ]).toEqual([
    "2026-11-21 02:37:07.000 UTC",
    "2026-11-21 02:37:07.000 to 02:37:07.999 UTC (the log tells no more)",
    "2026-11-21 02:37:07.000 UTC (zone of the log unknown)",
  ]);
  expect([seconds(999), seconds(1499)]).toEqual(["within two seconds", "1.0 s"]);
});

test("a sorter that counts nothing of what it writes is not said to have written nothing", () => {
  expect([
    spilledByAccount(29 * MIB, 2 * MIB),
    spilledByAccount(29 * MIB, 0),
    spilledByAccount(0, 0),
  ]).toEqual([
    "29.0 MiB of memory, 2.0 MiB on disk by its own account",
    "29.0 MiB of memory by its own account",
    "0 B of memory, 0 B on disk by its own account",
  ]);
});

test("executors are named with the driver last, and long texts are cut with a sign", () => {
  expect([executorsWords(["3"], 3), executorsWords(["driver", "0", "1"], 3)]).toEqual([
    "executor 3",
    "executors 0, 1 and the driver",
  ]);
  expect([cutTo("abcd", 4), cutTo("abcde", 4)]).toEqual(["abcd", "abc…"]);
});
