import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const PACKAGES = new Set(["core", "events", "report"]);
const IMPORT = /^import \{([^}]*)\} from "@respark\/(\w+)";$/gm;
const EXPORT = /^export \{([^}]*)\} from "(\.[^"]+)";$/gm;

/**
 * A plugin for esbuild: what a file imports from another package's door comes straight from the
 * module that declares it. esbuild puts all that a door exports into one chunk, so that `query`
 * would compile the replay.
 */
export function straightImports(root) {
  const doors = new Map();
  const doorOf = (name) => {
    if (!doors.has(name)) doors.set(name, declared(join(root, "packages", name, "src/index.ts")));
    return doors.get(name);
  };
  return {
    name: "straight-imports",
    setup(bundler) {
      bundler.onLoad({ filter: /[\\/]packages[\\/]\w+[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
        contents: await straightened(await readFile(path, "utf8"), doorOf),
        loader: "ts",
        resolveDir: dirname(path),
      }));
    },
  };
}

async function straightened(text, doorOf) {
  const statements = [...text.matchAll(IMPORT)].filter(([, , name]) => PACKAGES.has(name));
  let straight = text;
  for (const [statement, names, name] of statements) {
    const door = await doorOf(name);
    const imports = namesIn(names).map(({ written, local }) => {
      const module = door.get(written);
      if (module === undefined) throw new Error(`@respark/${name} exports no ${written}`);
      return `import { ${written} as ${local} } from ${JSON.stringify(module)};`;
    });
    // On one line, so that lines keep their numbers.
    const lines = statement.split("\n").length - 1;
    straight = straight.replace(statement, () => imports.join(" ") + "\n".repeat(lines));
  }
  return straight;
}

/** Each value that a door exports, and the module that declares it. */
async function declared(door, found = new Map()) {
  const text = await readFile(door, "utf8");
  for (const [, names, from] of text.matchAll(EXPORT)) {
    const module = join(dirname(door), from);
    for (const { written, local } of namesIn(names)) {
      found.set(local, await declaringModule(module, written));
    }
  }
  return found;
}

/** A door within the package is passed through as well. */
async function declaringModule(module, name) {
  if (!module.endsWith("index.ts")) return module;
  return (await declared(module)).get(name) ?? module;
}

/** `a, type B, c as d`: the values alone. */
function namesIn(list) {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => {
      const [written, local = written] = name.split(" as ");
      return { written, local };
    });
}
