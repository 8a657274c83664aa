/**
 * The fast decoders, the pieces of huge lines and plain JSON.parse say the same of every event log
 * at hand.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { discover } from "../../src/bytes/discover.ts";
import { EventLogDecoder } from "../../src/event-log/event-log-decoder.ts";
import { copyOf, type Line, linesOf } from "./decoded.ts";
import { ReferenceDecoder } from "./reference-decoder.ts";

const eventPrefix = Buffer.from('{"Event"');
const root = join(import.meta.dirname, "../../../..");
const samples = join(root, "fixtures/event-logs");
const shared = join(root, "../shared/data");

test.each(readdirSync(samples).filter((name) => name.endsWith(".jsonl")))(
  "lines of %s decode alike in every way",
  (name) => {
    const lines = linesOf(readFileSync(join(samples, name)));
    // Twice, so that every shape that can be learned has been.
    expect(compare(name, [...lines, ...lines])).toEqual([]);
  },
);

const runs = join(root, "fixtures/runs");
test("event logs of the fixtures' runs decode alike in every way", {
  timeout: 60_000,
}, async () => {
  const { logs, disagreements } = await compareAll([runs]);
  expect(logs).toBe(8);
  expect(disagreements).toEqual([]);
});

const present = [
  "runs",
  "third-party/spark",
  "third-party/spark-1.2-directories",
  "third-party/rapids-tools",
]
  .map((folder) => join(shared, folder))
  .filter((folder) => existsSync(folder));
test.runIf(present.length > 0)(
  "every event log of ../shared/data decodes alike in every way (left out where the folder is not)",
  { timeout: 300_000 },
  async () => {
    const { logs, disagreements } = await compareAll(present);
    expect(logs).toBeGreaterThan(40);
    expect(disagreements).toEqual([]);
  },
);

interface Disagreement {
  readonly where: string;
  readonly read: unknown;
  readonly expected: unknown;
}

interface Comparison {
  readonly logs: number;
  readonly disagreements: readonly Disagreement[];
}

async function compareAll(paths: readonly string[]): Promise<Comparison> {
  const disagreements: Disagreement[] = [];
  let logs = 0;
  for (const { path, parts } of await discover(paths, { report: () => {} })) {
    const pieces: Buffer[] = [];
    for (const part of parts) {
      for await (const chunk of part.chunks()) pieces.push(Buffer.from(chunk));
    }
    const whole = Buffer.concat(pieces);
    if (!whole.subarray(0, eventPrefix.length).equals(eventPrefix)) continue;
    logs++;
    disagreements.push(...compare(path, linesOf(whole)));
  }
  return { logs, disagreements };
}

/**
 * The decoder against the reference, a huge line's pieces against the decoder, counts against
 * JSON.parse.
 */
function compare(path: string, lines: readonly Line[]): readonly Disagreement[] {
  const disagreements: Disagreement[] = [];
  const lost = new Set<number>();
  const decoder = new EventLogDecoder({ report: ({ line }) => lost.add(line) });
  const pieces = new EventLogDecoder({ report: () => {} });
  const reference = new ReferenceDecoder();
  const plain = new Map<string, number>();
  for (const line of lines) {
    const { buffer, start, end } = line;
    const agree = (what: string, read: unknown, expected: unknown): void => {
      if (isDeepStrictEqual(read, expected)) return;
      disagreements.push({
        where: `${path}:${line.number} ${what}`,
        read: structuredClone(read),
        expected: structuredClone(expected),
      });
    };
    const whole = reference.decode(buffer.subarray(start, end));
    const fact = decoder.decode(line);
    const expected = whole === "damaged" || whole === "ignored" ? undefined : copyOf(whole);
    agree("fast", copyOf(fact), expected);
    if (whole === "damaged") agree("reported", lost.has(line.number), true);
    const name = eventIn(buffer.toString("utf8", start, end));
    if (name !== undefined) plain.set(name, (plain.get(name) ?? 0) + 1);
    // Values longer than a huge line may keep are cut there, so only ordinary lines can be equal.
    if (end - start > 64 * 1024) continue;
    pieces.hugeBegin(line);
    for (let at = start; at < end; at += 1000) {
      pieces.hugePiece(buffer, at, Math.min(at + 1000, end));
    }
    // Of a line too long to hold, a job keeps no infos of its stages: they are what makes it so
    // long.
    const held = fact?.kind === "job_start" ? { ...fact, stages: undefined } : fact;
    agree("in pieces", copyOf(pieces.hugeEnd(line)), copyOf(held));
  }
  const { decoded, ignored, unknown } = decoder.counts();
  const counted = new Map([...decoded, ...ignored, ...unknown]);
  if (!isDeepStrictEqual(counted, plain)) {
    disagreements.push({ where: `${path}: counts`, read: counted, expected: plain });
  }
  return disagreements;
}

function eventIn(line: string): string | undefined {
  try {
    const json: unknown = JSON.parse(line);
    if (typeof json !== "object" || json === null || !("Event" in json)) return undefined;
    return typeof json.Event === "string" ? json.Event : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
