/** One case: an input of the corpus, hurt in ways that its number decides, written to a folder. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type CorpusFile, type CorpusInput, corpusPaths, readInput } from "./corpus.ts";
import { eventMutations } from "./event-mutations.ts";
import { laidOut } from "./layouts.ts";
import { byteMutations, textMutations } from "./mutations.ts";
import { SeededRandom } from "./seeded-random.ts";
import { hurtBytes, plain, type StoredFile } from "./stored-file.ts";
import { structureMutations } from "./structure-mutations.ts";

export interface HurtFile {
  /** on disk, or in an archive: `logs.zip!app-1` */
  readonly path: string;
  /** as it is after the last codec; undefined: only the codec's own damage decides that */
  readonly text: Buffer | undefined;
  /** as it was before its packed form was hurt */
  readonly whole: Buffer;
}

export interface FuzzCase {
  /** what was hurt, and how */
  readonly story: string;
  readonly files: readonly HurtFile[];
}

const inputs = new Map<string, Promise<CorpusInput>>();
let paths: Promise<readonly string[]> | undefined;

/** The same seed and number give the same case, as long as the corpus is the same. */
export async function writeCase(seed: number, number: number, folder: string): Promise<FuzzCase> {
  const random = new SeededRandom(Math.imul(seed, 1_000_003) ^ number);
  paths ??= corpusPaths();
  const path = random.one(await paths);
  const reading = inputs.get(path) ?? readInput(path);
  inputs.set(path, reading);
  const input = await reading;
  const story = [input.name];
  const hurt = laidOut(hurtFiles(input, random, story), random, story);
  const files: HurtFile[] = [];
  for (const { name, stored, text, whole } of hurt) {
    const at = join(folder, name);
    files.push({ path: at, text, whole });
    if (stored === undefined) continue;
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, stored);
  }
  return { story: story.join("; "), files };
}

function hurtFiles(input: CorpusInput, random: SeededRandom, story: string[]): StoredFile[] {
  const wounded = new Set(random.shuffled(input.files).slice(0, 1 + random.below(2)));
  let files = input.files.map((file) =>
    wounded.has(file) ? hurtFile(file, random, story) : asItIs(file),
  );
  const trick = random.below(12);
  const chosen = files.length === 0 ? undefined : random.one(files);
  if (chosen === undefined) return files;
  if (trick === 0) {
    story.push(`${chosen.name} is missing`);
    files = files.filter((file) => file !== chosen);
  } else if (trick === 1) {
    story.push(`${chosen.name} is there twice`);
    files.push({ ...chosen, name: `${dirname(chosen.name)}/again/${chosen.name}` });
  } else if (trick === 2) {
    const other = random.one(files);
    story.push(`${chosen.name} and ${other.name} have each other's name`);
    const renamed = (file: StoredFile): string =>
      file === chosen ? other.name : file === other ? chosen.name : file.name;
    files = files.map((file) => ({ ...file, name: renamed(file) }));
  } else if (trick === 3) {
    story.push(`${chosen.name} is empty`);
    const empty = { name: chosen.name, ...plain(Buffer.alloc(0)) };
    files = files.map((file) => (file === chosen ? empty : file));
  }
  return files;
}

function asItIs({ name, stored, plain: unpacked = stored }: CorpusFile): StoredFile {
  return { name, stored, text: unpacked, whole: unpacked };
}

function hurtFile(file: CorpusFile, random: SeededRandom, story: string[]): StoredFile {
  const { name, stored, plain: unpacked } = file;
  const whole = unpacked ?? stored;
  const times = 1 + random.below(3);
  if (unpacked !== undefined && random.below(3) === 0) {
    const hurt = hurtBytes(stored, byteMutations, times, name, random, story);
    return { name, stored: hurt, text: undefined, whole };
  }
  const isEventLog = whole.subarray(0, 200).includes('{"Event":"');
  const ways = isEventLog
    ? { ...textMutations, ...eventMutations, ...structureMutations }
    : textMutations;
  const hurt = hurtBytes(whole, ways, times, `text of ${name}`, random, story);
  switch (random.below(8)) {
    case 0: {
      story.push(`${name} is a gzip`);
      return { name: `${name}.gz`, stored: gzipSync(hurt), text: hurt, whole: hurt };
    }
    case 1: {
      story.push(`${name} is a cut gzip`);
      const packed = gzipSync(hurt);
      const cut = packed.subarray(0, random.below(packed.length));
      return { name: `${name}.gz`, stored: cut, text: undefined, whole: hurt };
    }
    case 2: {
      story.push(`${name} is a gzip of three members`);
      const [a, b] = [random.below(hurt.length + 1), random.below(hurt.length + 1)].sort(
        (one, other) => one - other,
      );
      const members = [hurt.subarray(0, a), hurt.subarray(a, b), hurt.subarray(b)];
      const packed = Buffer.concat(members.map((member) => gzipSync(member)));
      return { name: `${name}.gz`, stored: packed, text: hurt, whole: hurt };
    }
    default:
      return { name, ...plain(hurt) };
  }
}
