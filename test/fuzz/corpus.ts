/** Real logs to hurt: those of fixtures, and of ../shared where it is. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { discover } from "@respark/events";

const root = join(import.meta.dirname, "../..");
const largest = 3_000_000;

export interface CorpusFile {
  /** below the input's folder */
  readonly name: string;
  readonly stored: Buffer;
  /** without its compression; undefined: not compressed */
  readonly plain: Buffer | undefined;
}

/** What belongs together: a run's logs, or one log. */
export interface CorpusInput {
  readonly name: string;
  readonly files: readonly CorpusFile[];
}

/** Paths of inputs, always in the same order. */
export async function corpusPaths(): Promise<string[]> {
  const runs = join(root, "../shared/data/runs");
  const thirdParty = join(root, "../shared/data/third-party");
  const found = [
    ...(await entries(join(root, "fixtures/runs"))),
    ...(await entries(join(root, "fixtures/event-logs"))).filter((path) => path.endsWith("l")),
    ...(await entries(join(root, "fixtures/codecs"))).filter((path) => !path.endsWith(".md")),
  ];
  if (existsSync(runs)) {
    found.push(...(await entries(runs)).map((run) => join(run, "logs")).filter(existsSync));
  }
  if (existsSync(thirdParty)) {
    for (const collection of await entries(thirdParty)) {
      if (!collection.endsWith(".md")) found.push(...(await entries(collection)));
    }
  }
  return found;
}

async function entries(directory: string): Promise<string[]> {
  return (await readdir(directory)).sort().map((name) => join(directory, name));
}

/** Files too large to be hurt many times a minute are left out. */
export async function readInput(path: string): Promise<CorpusInput> {
  const files: CorpusFile[] = [];
  for (const file of await filesBelow(path)) {
    const stored = await readFile(file);
    const plain = await decoded(file);
    if ((plain ?? stored).length > largest) continue;
    const name = file === path ? file.replace(/^.*\//, "") : relative(path, file);
    files.push({ name, stored, plain: plain?.equals(stored) ? undefined : plain });
  }
  return { name: relative(root, path), files };
}

async function filesBelow(path: string): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  if (found.length === 0) return [path];
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function decoded(path: string): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for (const source of await discover([path], { report: () => {} })) {
    for (const part of source.parts) {
      for await (const chunk of part.chunks()) chunks.push(Buffer.from(chunk));
    }
  }
  return chunks.length === 0 ? undefined : Buffer.concat(chunks);
}
