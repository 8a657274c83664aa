/** Which test files reach a source by the fewest imports: they most likely notice a change of it. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What a test takes its time for: databases, recorded runs, processes, many examples. */
const HEAVY = /openDatabase|replayed|fixtures|run-respark|numRuns/;

/** Test files below `root`, the nearest first; without those that reach it by no import. */
export class NearestTests {
  /** those that take their time */
  readonly heavy: ReadonlySet<string>;
  /** who imports a file, by its path */
  readonly #importers = new Map<string, string[]>();

  constructor(root: string) {
    const files = ["packages", "test"]
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
          join(folder, path),
        ),
      )
      .filter((path) => path.endsWith(".ts") && !/(?:node_modules|dist|\/work)\//.test(path))
      .sort();
    const heavy = new Set<string>();
    for (const path of files) {
      const text = readFileSync(join(root, path), "utf8");
      if (HEAVY.test(text)) heavy.add(path);
      for (const [, specifier = ""] of text.matchAll(/(?:\bfrom|\bimport\() ?"([^"]+)"/g)) {
        const target = targetOf(path, specifier);
        if (target === undefined) continue;
        const known = this.#importers.get(target);
        if (known === undefined) this.#importers.set(target, [path]);
        else known.push(path);
      }
    }
    this.heavy = heavy;
  }

  /**
   * @returns test files that reach it: the one of its own name, those that share a word with it and
   * those of its own folder come before others that are as near, then by path
   */
  of(file: string): string[] {
    const [packages = "", name = "", , folder = ""] = file.split("/");
    const own = `/${basename(file, ".ts")}.test.ts`;
    const words = new Set(wordsOf(file));
    const shares = (path: string): number => (wordsOf(path).some((one) => words.has(one)) ? -4 : 0);
    const away = (path: string): number =>
      path.endsWith(own)
        ? -1
        : path.startsWith(`${packages}/${name}/test/${folder}/`)
          ? 0
          : path.includes(`/${name}/`)
            ? 3
            : 4;
    const found: { readonly path: string; readonly far: number }[] = [];
    const seen = new Set([file]);
    let at = [file];
    for (let distance = 0; at.length > 0; distance += 1) {
      const next = [...new Set(at.flatMap((path) => this.#importers.get(path) ?? []))]
        .filter((path) => !seen.has(path))
        .sort();
      for (const path of next) seen.add(path);
      for (const path of next)
        if (path.endsWith(".test.ts"))
          found.push({ path, far: distance + away(path) + shares(path) });
      at = next;
    }
    return found.sort((a, b) => a.far - b.far).map(({ path }) => path);
  }
}

/** Of a file's name, as one: `polled-peaks.ts` has one of `polled.test.ts`. */
function wordsOf(path: string): string[] {
  const words = basename(path).replace(/\..*/, "").split("-");
  return words.filter((word) => word.length > 3).map((word) => word.replace(/s$/, ""));
}

function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return join(dirname(path), specifier);
  const [scope, name = "", ...door] = specifier.split("/");
  if (scope !== "@respark") return undefined;
  return join("packages", name, "src", door.length === 0 ? "index.ts" : `${door.join("/")}.ts`);
}
