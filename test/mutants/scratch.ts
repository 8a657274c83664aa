/** A copy of the sources in which mutants can live without harm to the tree. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Drawn } from "./sampled.ts";

/** What is not of the sources, or nothing that changes. */
const NOT_COPIED = new Set([".git", "node_modules", "fixtures", "out"]);

export class Scratch {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "respark-mutants-")));
  readonly #sources: ReadonlyMap<string, string>;
  /** files that hold mutants now */
  #changed: string[] = [];

  /** @param sources text by path: what stands where no mutant does */
  constructor(root: string, sources: ReadonlyMap<string, string>) {
    this.#sources = sources;
    for (const name of readdirSync(root))
      if (!NOT_COPIED.has(name))
        cpSync(join(root, name), join(this.directory, name), {
          recursive: true,
          filter: (path) => !/\/(?:dist|\.cache)$/.test(path),
          verbatimSymlinks: true,
        });
    for (const folder of ["node_modules", "fixtures"])
      symlinkSync(realpathSync(join(root, folder)), join(this.directory, folder));
  }

  /** From now on these live in it, and no others. @returns files that are not as they were */
  hold(mutants: readonly Drawn[]): string[] {
    const texts = new Map(this.#changed.map((file) => [file, this.#original(file)]));
    for (const { file, mutant } of mutants) {
      const text = texts.get(file) ?? this.#original(file);
      texts.set(
        file,
        text.replace(mutant.from, () => mutant.to),
      );
    }
    for (const [file, text] of texts) writeFileSync(join(this.directory, file), text);
    this.#changed = [...new Set(mutants.map(({ file }) => file))];
    return [...texts.keys()].map((file) => join(this.directory, file));
  }

  #original(file: string): string {
    return this.#sources.get(file) ?? "";
  }

  remove(): void {
    // Tests that were stopped may still write.
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
