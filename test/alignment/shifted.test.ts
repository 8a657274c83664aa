/**
 * A log whose clock is any whole number of quarters of an hour away says the same: only its
 * `clock_offsets` row differs.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readApplication, survey } from "@respark/events";
import { afterAll, expect, test } from "vitest";

const fixtures = join(import.meta.dirname, "../../fixtures/runs");
const temporary = mkdtempSync(join(tmpdir(), "respark-shifted-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const two = (value: number): string => String(value).padStart(2, "0");
const stamped = /^((?:\{"ts":")?)(\d\d(?:\d\d)?)([/-])(\d\d)\3(\d\d)([ T])(\d\d):(\d\d):(\d\d)/gm;

/** Every line's date and time moved by `minutes`. */
function shift(text: string, minutes: number): string {
  return text.replace(
    stamped,
    (_all, before, year, slash, month, day, gap, hours, mins, seconds) => {
      const century = year.length === 2 ? 2000 : 0;
      const at = new Date(
        Date.UTC(
          Number(year) + century,
          Number(month) - 1,
          Number(day),
          Number(hours),
          Number(mins),
        ) +
          minutes * 60_000,
      );
      const date = [at.getUTCFullYear() - century, two(at.getUTCMonth() + 1), two(at.getUTCDate())];
      return `${before}${date.join(slash)}${gap}${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${seconds}`;
    },
  );
}

/** The observations of a directory, each with its times, and the offset of each log. */
async function readAll(directory: string): Promise<{ all: string[]; offsets: number[] }> {
  const { applications, files } = await survey([directory], { report: () => {} });
  const all: string[] = [];
  for (const application of applications) {
    await readApplication(application, {
      observe: ({ fact, ts, tsMin, tsMax, sourceFileId, line, executorId, taskId }) => {
        all.push([sourceFileId, line, fact.kind, executorId, taskId, ts, tsMin, tsMax].join(" "));
      },
      report: () => {},
    });
  }
  const logs = files.filter((file) => file.kind !== "event_log");
  return { all, offsets: logs.map((file) => file.clock.offsetMs ?? Number.NaN) };
}

const layouts = {
  "s16-f-base-dbg": "stock, log4j 1",
  "s24-i-legacy-dbg": "milliseconds and thread",
  "s30-f-base-dbg": "ISO times and full class names",
  "s35-o-base-info": "stock, cut off",
  "s40-a2-base-dbg": "JSON",
  "s41-a2-base-dbg": "thread name",
};

test.each(Object.entries(layouts))(
  "%s (%s) says the same at any quarter of an hour",
  async (run) => {
    const source = join(fixtures, run);
    const straight = await readAll(source);
    expect(straight.all.length).toBeGreaterThan(100);
    for (const minutes of [-45, 15, 330, -60 * 14, 60 * 14, 60 * 24 * 3]) {
      const directory = join(temporary, `${run}${minutes}`);
      cpSync(source, directory, { recursive: true });
      for (const name of readdirSync(directory)) {
        if (!/^(?:executor|driver)/.test(name)) continue;
        const path = join(directory, name);
        const bytes = readFileSync(path);
        if (name.endsWith(".gz")) {
          writeFileSync(path, gzipSync(shift(gunzipSync(bytes).toString(), minutes)));
        } else writeFileSync(path, shift(bytes.toString(), minutes));
      }
      const shifted = await readAll(directory);
      expect(shifted.all).toEqual(straight.all);
      expect(shifted.offsets).toEqual(straight.offsets.map((ms) => ms - minutes * 60_000));
    }
  },
);
