/**
 * Ways in which whole files reach a user: in an archive, rolled into parts, rotated; and what goes
 * wrong with those.
 */
import { gzipSync } from "node:zlib";
import { tarOf, zipOf } from "./archives.ts";
import { byteMutations } from "./mutations.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { hurtBytes, plain, type StoredFile } from "./stored-file.ts";

export function laidOut(files: StoredFile[], random: SeededRandom, story: string[]): StoredFile[] {
  if (files.length === 0) return files;
  switch (random.below(10)) {
    case 0:
      return archived(files, random, story);
    case 1:
      return rolled(files, random, story);
    case 2:
      return rotated(files, random, story);
    default:
      return files;
  }
}

function archived(files: StoredFile[], random: SeededRandom, story: string[]): StoredFile[] {
  const entries = files.flatMap(({ name, stored }) =>
    stored === undefined ? [] : [{ name: name.replace(/^\.\//, ""), bytes: stored }],
  );
  const [ending, bytes] = random.one<[string, Buffer]>([
    ["tar", tarOf(entries)],
    ["tar.gz", gzipSync(tarOf(entries))],
    ["zip", zipOf(entries)],
  ]);
  const name = `logs.${ending}`;
  const isHurt = random.below(2) === 0;
  story.push(`all in ${name}`);
  const stored = isHurt ? hurtBytes(bytes, byteMutations, 1, name, random, story) : bytes;
  const inside = files.map((file) => ({
    name: `${name}!${file.name.replace(/^\.\//, "")}`,
    stored: undefined,
    text: isHurt ? undefined : file.text,
    whole: file.whole,
  }));
  return [{ name, stored, text: undefined, whole: Buffer.alloc(0) }, ...inside];
}

/** One event log as `eventlog_v2_…`. */
function rolled(files: StoredFile[], random: SeededRandom, story: string[]): StoredFile[] {
  const log = random.shuffled(files).find(isPlainEventLog);
  if (log?.text === undefined) return files;
  story.push(`${log.name} is rolled`);
  let parts = pieces(log.text, random).map((bytes, at) => ({ number: at + 1, bytes }));
  const [one, other] = [random.one(parts), random.one(parts)];
  switch (random.below(5)) {
    case 0:
      story.push("without its first part");
      if (parts.length > 1) parts = parts.slice(1);
      break;
    case 1:
      story.push(`parts ${one.number} and ${other.number} change places`);
      parts = parts.map(({ number, bytes }) => ({
        number:
          number === one.number ? other.number : number === other.number ? one.number : number,
        bytes,
      }));
      break;
    case 2:
      story.push(`part ${one.number} is gone`);
      if (parts.length > 1) parts = parts.filter((part) => part !== one);
      break;
    case 3:
      story.push(`part ${one.number} is there again`);
      parts.push({ number: parts.length + 1, bytes: one.bytes });
      break;
    default:
      break;
  }
  const directory = "eventlog_v2_app-20261121000000-0001";
  const named = parts.map(({ number, bytes }) => ({
    name: `${directory}/events_${number}_app-20261121000000-0001`,
    ...plain(bytes),
  }));
  return [...files.filter((file) => file !== log), ...named];
}

function isPlainEventLog({ stored, text }: StoredFile): boolean {
  return stored !== undefined && text === stored && text.subarray(0, 20).includes('{"Event":"');
}

/** One executor or driver log, its older parts renamed. */
function rotated(files: StoredFile[], random: SeededRandom, story: string[]): StoredFile[] {
  const log = random
    .shuffled(files)
    .find(({ name, stored, text }) => name.endsWith(".log") && stored === text);
  if (log?.text === undefined) return files;
  story.push(`${log.name} is rotated`);
  const parts = pieces(log.text, random).map((bytes, at, all) => {
    const age = all.length - 1 - at;
    return { name: age === 0 ? log.name : `${log.name}.${age}`, ...plain(bytes) };
  });
  return [...files.filter((file) => file !== log), ...parts];
}

/** Two to five, mostly at line ends. */
function pieces(text: Buffer, random: SeededRandom): Buffer[] {
  const cuts = Array.from({ length: 1 + random.below(4) }, () => {
    const at = random.below(text.length + 1);
    const end = text.indexOf(10, at);
    return end < 0 || random.below(5) === 0 ? at : end + 1;
  }).sort((a, b) => a - b);
  return [0, ...cuts].map((from, at) => text.subarray(from, cuts[at] ?? text.length));
}
