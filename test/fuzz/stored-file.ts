/** A file of a case before it is written, and how its bytes get hurt. */
import type { Mutation } from "./mutations.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** A file to be written, or an entry of an archive that is. */
export interface StoredFile {
  readonly name: string;
  /** undefined: an entry; the archive has its bytes */
  readonly stored: Buffer | undefined;
  readonly text: Buffer | undefined;
  readonly whole: Buffer;
}

export function plain(bytes: Buffer): Omit<StoredFile, "name"> {
  return { stored: bytes, text: bytes, whole: bytes };
}

export function hurtBytes(
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
