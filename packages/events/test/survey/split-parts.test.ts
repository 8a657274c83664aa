/** An event log cut with `split` is one log again, and another application's is none of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ByteSource } from "../../src/bytes/byte-source.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { survey } from "../../src/survey/survey.ts";
import { smallApplication } from "./small-application.ts";

async function textOf(parts: readonly ByteSource[]): Promise<string> {
  let text = "";
  for (const part of parts) {
    for await (const chunk of part.chunks()) text += Buffer.from(chunk).toString();
  }
  return text;
}

async function surveyed(files: Readonly<Record<string, string | Uint8Array>>) {
  const directory = mkdtempSync(join(tmpdir(), "respark-split-"));
  const told: Diagnostic[] = [];
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    const { files: found, applications } = await survey([directory], {
      report: (one) => told.push(one),
    });
    return {
      texts: await Promise.all(found.map(({ source }) => textOf(source.parts))),
      paths: found.map(({ path }) => path.slice(directory.length + 1)),
      ends: applications.map(({ appId, endedAt }) => [appId, endedAt]),
      codes: told.map(({ code }) => code),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [events = ""] = Object.values(smallApplication());
const middle = Math.floor(events.length / 3);
const bytes = [events.slice(0, middle), events.slice(middle, 2 * middle), events.slice(2 * middle)];
const whole = await surveyed({ eventlog: events });

test.for([
  ["split's own names", ["xaa", "xab", "xac"]],
  ["a prefix", ["eventlog.ay", "eventlog.az", "eventlog.ba"]],
  ["numbers", ["eventlog09", "eventlog10", "eventlog11"]],
  ["an ending", ["part-00000.json", "part-00001.json", "part-00002.json"]],
] as const)("cut within lines: %s", async ([, names]) => {
  const found = await surveyed(Object.fromEntries(names.map((name, i) => [name, bytes[i] ?? ""])));
  expect(found).toEqual({ ...whole, paths: [names[0]], codes: ["split_log_joined"] });
});

test("the cut is within the settings, which stand before the application's start", async () => {
  const cut = events.indexOf("JVM Information");
  const found = await surveyed({ xaa: events.slice(0, cut), xab: events.slice(cut) });
  expect(found).toEqual({ ...whole, paths: ["xaa"], codes: ["split_log_joined"] });
});

test("parts packed one by one are unpacked before they are joined", async () => {
  const names = ["xaa.gz", "xab.gz", "xac.gz"];
  const packed = names.map((name, i) => [name, gzipSync(bytes[i] ?? "")]);
  const { texts, paths } = await surveyed(Object.fromEntries(packed));
  expect([texts, paths]).toEqual([[events], ["xaa.gz"]]);
});

const head = events.slice(0, middle);
const tail = events.slice(middle);

test.for([
  ["names that do not follow one another", { xaa: head, xac: tail }],
  [
    "what was before",
    {
      xaa: head,
      xab: Object.values(smallApplication({ start: 0 }))[0]?.slice(middle) ?? "",
    },
  ],
  ["a log that ended", { xaa: events, xab: tail }],
  ["ids of applications", { "app-20261121023644-0000": head, "app-20261121023644-0001": tail }],
] as const)("not joined: %s", async ([, files]) => {
  const { paths, codes } = await surveyed(files);
  expect(paths).toHaveLength(2);
  expect(codes).not.toContain("split_log_joined");
});
