/** Small doors: what no other package uses and no README shows is not exported. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const texts = ["packages", "test", "bench", "lab"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:m?ts|mjs)$|README\.md$/.test(path))
    .filter((path) => !/(?:^|\/)(?:node_modules|dist|\.readmes-\w+)\//.test(path))
    .map((path) => [`${folder}/${path}`, readFileSync(join(root, folder, path), "utf8")] as const),
);

/** Values and types that a package's index names. */
function doorOf(name: string): { readonly values: string[]; readonly types: string[] } {
  const door = { values: [] as string[], types: [] as string[] };
  const index = readFileSync(join(root, "packages", name, "src/index.ts"), "utf8");
  for (const [, all, list = ""] of index.matchAll(/export (type )?\{([^}]*)\}/g)) {
    for (const word of list.split(",").map((one) => one.trim())) {
      if (word === "") continue;
      const isType = all !== undefined || word.startsWith("type ");
      door[isType ? "types" : "values"].push(word.replace("type ", ""));
    }
  }
  return door;
}

function usedOf(name: string): Set<string> {
  const imports = new RegExp(
    `\\{([^{}]*)\\}(?: from|: typeof import\\(| = (?:\\(?await )?import\\() ?"@respark/${name}"`,
    "g",
  );
  const used = new Set<string>();
  for (const [path, text] of texts) {
    if (path.startsWith(`packages/${name}/src/`)) continue;
    for (const [, list = ""] of text.matchAll(imports))
      for (const word of list.split(","))
        used.add(
          word
            .trim()
            .replace("type ", "")
            .split(/:| as /)[0] ?? "",
        );
  }
  return used;
}

test.each(["core", "events", "report"])("every value of %s is used outside it", (name) => {
  const used = usedOf(name);
  expect(doorOf(name).values.filter((value) => !used.has(value))).toEqual([]);
});

test.each(["core", "events", "report"])(
  "every type of %s is used outside it, or is part of what is",
  (name) => {
    const door = doorOf(name);
    const used = usedOf(name);
    const named = new Set(
      texts
        .filter(([path]) => path.startsWith(`packages/${name}/src/`) && !path.endsWith("/index.ts"))
        .flatMap(([, text]) => text.match(/^export [^;]*?(?:;|\n\}|\{$)|^ {2}[a-z][^;{]*/gm) ?? [])
        .join("\n")
        .match(/\b[A-Z]\w+/g),
    );
    const unused = door.types.filter((type) => !used.has(type) && !named.has(type));
    expect(unused).toEqual([]);
  },
);
