/**
 * Text logs that somebody cut into parts to send them: `stderr.aa` and `stderr.ab`,
 * `driver.log.001`, `log_part2.txt`. Unlike a rotation's, their numbers count on from the first.
 */
import { bareName, codecNamed } from "./codecs/index.ts";
import { cutOff } from "./cut-off.ts";
import type { DiscoveredSource } from "./discovered-source.ts";
import type { DiscoveryOptions } from "./discovery-options.ts";
import type { Grouped } from "./rolling-log.ts";
import type { FoundFile } from "./walk.ts";

interface Part {
  readonly file: FoundFile;
  readonly log: string;
  readonly number: number;
}

/** `split`'s letters; padded numbers, which no rotation writes; and people's own word for it. */
const LETTERED = /^(.*?[._-]|x|)([a-z]{2})$/s;
const PADDED = /^(.*\.)(0\d{1,3})$/s;
const NAMED = /^(.*part[._-]?)(\d{1,4})(\.(?:log|txt|out|err))?$/is;
const OPEN_BRACE = 123;

/** Event logs are left as they are: their events show which parts belong together. */
export async function splitTexts(
  files: readonly FoundFile[],
  { report }: DiscoveryOptions,
): Promise<Grouped> {
  const logs = new Map<string, Part[]>();
  for (const file of files) {
    const part = partOf(file);
    if (part === undefined) continue;
    const parts = logs.get(part.log);
    if (parts === undefined) logs.set(part.log, [part]);
    else parts.push(part);
  }
  const sources: DiscoveredSource[] = [];
  const taken = new Set<FoundFile>();
  for (const parts of logs.values()) {
    parts.sort((a, b) => a.number - b.number);
    const [first] = parts;
    const isWhole = parts.every(({ number }, i) => number === (first?.number ?? 0) + i);
    if (first === undefined || parts.length < 2 || first.number > 1 || !isWhole) continue;
    if ((await firstByteOf(first.file)) === OPEN_BRACE) continue;
    for (const { file } of parts) taken.add(file);
    const last = parts.at(-1)?.file.source.path ?? "";
    const { path } = first.file.source;
    report({
      code: "split_log_joined",
      severity: "info",
      message: `${path} to ${last} are one log that was split`,
    });
    sources.push({
      path,
      grouping: "split",
      parts: parts.map(({ file: { source } }, i) =>
        i === 0 ? source : cutOff(source, "where_cut"),
      ),
      compacted: false,
      beginsLate: false,
      inProgress: false,
      sparkVersion: undefined,
    });
  }
  return { sources, rest: files.filter((file) => !taken.has(file)) };
}

function partOf(file: FoundFile): Part | undefined {
  const name = bareName(file.name);
  const letters = LETTERED.exec(name);
  if (letters !== null && codecNamed(file.name) === undefined) {
    const [, log = "", counter = ""] = letters;
    return { file, log, number: counter.charCodeAt(0) * 26 + counter.charCodeAt(1) - BEFORE };
  }
  const [, before = "", digits, ending = ""] = PADDED.exec(name) ?? NAMED.exec(name) ?? [];
  if (digits === undefined) return undefined;
  return { file, log: `${before}#${ending}`, number: Number(digits) };
}

/** `aa` is the first. */
const BEFORE = 97 * 26 + 97 - 1;

async function firstByteOf({ source }: FoundFile): Promise<number | undefined> {
  for await (const [byte] of source.chunks({ limitBytes: 1, report: () => {} })) return byte;
  return undefined;
}
