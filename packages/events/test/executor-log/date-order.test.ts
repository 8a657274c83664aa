/**
 * Days and months told apart by their values and by the order of lines, else said to be doubtful.
 */
import { expect, test } from "vitest";
import { anExecutorsLog, clock, printed, type Said, shortName } from "./an-executors-log.ts";
import { decode } from "./decoded.ts";

const LOG = anExecutorsLog();
/** Midnight passes in its middle. */
const dated = (first: string, second: string): ((one: Said) => string) => {
  const half = LOG[Math.floor(LOG.length / 2)]?.at ?? new Date(0);
  return (one) => {
    const day = one.at < half ? first : second;
    return `${day} ${clock(one.at).slice(0, 8)} ${one.level} ${shortName(one.logger)}: ${one.message}`;
  };
};

test.each([
  ["13/07/2024", "13/07/2024", "2024-07-13", false],
  ["07/13/2024", "07/13/2024", "2024-07-13", false],
  ["11/07/2024", "12/07/2024", "2024-07-12", false],
  ["07/11/2024", "07/12/2024", "2024-07-12", false],
  ["07/08/2024", "07/08/2024", "2024-07-08", true],
  ["07.08.2024", "07.08.2024", "2024-08-07", true],
  // Spark's own order, unless it gives years before Spark, or a year for a day.
  ["24/07/12", "24/07/12", "2024-07-12", false],
  ["12/07/24", "12/07/24", "2024-07-12", true],
  ["13/07/24", "13/07/24", "2024-07-13", false],
  ["24/07/26", "25/07/26", "2026-07-25", false],
  ["24/07/30", "24/07/31", "2024-07-31", false],
])("dates from %s to %s end on %s; doubtful: %s", (first, second, last, isDoubtful) => {
  const { records, decoder } = decode(printed(LOG, dated(first, second)));
  expect(records.at(-1)?.time?.slice(0, 10)).toBe(last);
  expect(decoder.isDateDoubtful).toBe(isDoubtful);
});

test("a later date that has one reading alone ends the doubt, and no line is lost", () => {
  const days = Array.from({ length: 300 }, (_, i) => `0${Math.floor(i / 100) + 1}/02/2024`);
  const lines = [...days, "13/02/2024"].map(
    (day) => `${day} 04:20:00 INFO MemoryStore: MemoryStore cleared`,
  );
  const doubtful = lines.map((line) => line.replace(/^0\d/, "01"));
  const { records } = decode(doubtful.join("\n"), { everyRecord: true });
  expect(records).toHaveLength(301);
  expect(records.at(-1)?.time?.slice(0, 10)).toBe("2024-02-13");
});
