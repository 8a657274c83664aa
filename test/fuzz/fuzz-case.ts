/** One case: an input of the corpus, hurt in ways that its number decides, written to a folder. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type CorpusFile, type CorpusInput, corpusPaths, readInput } from "./corpus.ts";
import { byteMutations, type Mutation, textMutations } from "./mutations.ts";
import { SeededRandom } from "./seeded-random.ts";

export interface HurtFile {
  readonly path: string;
  /** as it is after the last codec; undefined: only the codec's own damage decides that */
  readonly text: Buffer | undefined;
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
  const hurt = hurtFiles(input, random, story);
  const files: HurtFile[] = [];
  for (const file of hurt) {
    const at = join(folder, file.name);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, file.stored);
    files.push({ path: at, text: file.text });
  }
  return { story: story.join("; "), files };
}

interface StoredFile {
  readonly name: string;
  readonly stored: Buffer;
  readonly text: Buffer | undefined;
}

function hurtFiles(input: CorpusInput, random: SeededRandom, story: string[]): StoredFile[] {
  const wounded = new Set(random.shuffled(input.files).slice(0, 1 + random.below(2)));
  let files = input.files.map((file) =>
    wounded.has(file) ? hurtFile(file, random, story) : whole(file),
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
    files = files.map((file) =>
      file === chosen ? { ...file, stored: Buffer.alloc(0), text: Buffer.alloc(0) } : file,
    );
  }
  return files;
}

function whole({ name, stored, plain }: CorpusFile): StoredFile {
  return { name, stored, text: plain ?? stored };
}

function hurtFile(file: CorpusFile, random: SeededRandom, story: string[]): StoredFile {
  const { name, stored, plain } = file;
  const text = plain ?? stored;
  const times = 1 + random.below(3);
  if (plain !== undefined && random.below(3) === 0) {
    return {
      name,
      stored: hurtBytes(stored, byteMutations, times, name, random, story),
      text: undefined,
    };
  }
  const hurt = hurtBytes(text, textMutations, times, `text of ${name}`, random, story);
  if (random.below(6) > 0) return { name, stored: hurt, text: hurt };
  const packed = gzipSync(hurt);
  if (random.below(2) === 0) return { name: `${name}.gz`, stored: packed, text: hurt };
  story.push(`${name} is a cut gzip`);
  return { name, stored: packed.subarray(0, random.below(packed.length)), text: undefined };
}

function hurtBytes(
  bytes: Buffer,
  ways: Readonly<Record<string, Mutation>>,
  times: number,
  name: string,
  random: SeededRandom,
  story: string[],
): Buffer {
  let hurt = bytes;
  for (let time = 0; time < times && hurt.length > 0; time++) {
    const [way, mutate] = random.one(Object.entries(ways));
    story.push(`${name}: ${way}`);
    hurt = mutate(hurt, random);
  }
  return hurt;
}
