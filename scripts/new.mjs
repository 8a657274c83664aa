/**
 * Skeletons of what CONTRIBUTING has recipes for: `pnpm new <kind> <name>` writes the files, names
 * them where each of their kind is named and says what is left to do. A skeleton compiles; its test
 * fails until it is filled in.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chart } from "./skeletons/chart.mjs";
import { check } from "./skeletons/check.mjs";
import { codec } from "./skeletons/codec.mjs";
import { command } from "./skeletons/command.mjs";
import { consumer } from "./skeletons/consumer.mjs";
import { event } from "./skeletons/event.mjs";
import { finding } from "./skeletons/finding.mjs";
import { table } from "./skeletons/table.mjs";
import { view } from "./skeletons/view.mjs";

/** A kind: its files, where each is named, and what is left to do. */
const kinds = { view, table, check, finding, chart, command, consumer, codec, event };

/**
 * Adds to a file an import in alphabetical place, and an entry: at the end of the list that begins at
 * `list`, or after the line `after`. Without both it goes to the end of the file.
 */
function withEntry(text, { imported, from, list, after, entry }) {
  const lines = text.split("\n");
  if (imported !== undefined) addImport(lines, imported, from);
  const marker = list ?? after;
  const begins = marker === undefined ? -1 : lines.findIndex((line) => line.includes(marker));
  if (marker !== undefined && begins < 0) throw new Error(`no line with ${marker}`);
  const indent = begins < 0 ? "" : /^ */.exec(lines[begins])[0];
  if (marker === undefined) lines.splice(lines.length - 1, 0, entry);
  else if (list === undefined) lines.splice(begins + 1, 0, `${indent}${entry}`);
  else if (lines[begins].trimEnd().endsWith("];"))
    lines[begins] = lines[begins].replace("];", `, ${entry}];`);
  else {
    const closes = new RegExp(`^${indent}[\\]}]`);
    const ends = lines.findIndex((line, at) => at > begins && closes.test(line));
    lines.splice(ends, 0, `${indent}  ${entry}${entry.endsWith(";") ? "" : ","}`);
  }
  return lines.join("\n");
}

function addImport(lines, imported, from) {
  const placed = /from "\.\/([\w/-]+)\.ts"/;
  const imports = lines.flatMap((line, at) => (/^import .* from "\.\//.test(line) ? [at] : []));
  const before = imports.filter((at) => (placed.exec(lines[at])?.[1] ?? "") < from).at(-1);
  const named = imported.startsWith("type ")
    ? `type { ${imported.slice("type ".length)} }`
    : `{ ${imported} }`;
  lines.splice((before ?? imports[0] - 1) + 1, 0, `import ${named} from "./${from}.ts";`);
}

/** Writes a skeleton below `root`; what is left to do. Throws before it writes where it cannot. */
export function makeNew(kind, name, root) {
  const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (make === undefined)
    throw new Error(`no kind ${kind}: ${Object.keys(kinds).join(", ")} are there`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name ?? ""))
    throw new Error("a name is of lower-case words with hyphens, such as idle-rdds");
  const { files, index, left } = make(name);
  for (const path of Object.keys(files))
    if (existsSync(join(root, path))) throw new Error(`${path} is there already`);
  const indexes = new Map();
  for (const one of [index].flat()) {
    const text = indexes.get(one.path) ?? readFileSync(join(root, one.path), "utf8");
    indexes.set(one.path, withEntry(text, one));
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const [path, text] of indexes) writeFileSync(join(root, path), text);
  return { written: [...Object.keys(files), ...indexes.keys()], left };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  try {
    const { written, left } = makeNew(process.argv[2], process.argv[3], root);
    process.stdout.write(
      `written:\n  ${written.join("\n  ")}\nleft to do:\n  ${left.join("\n  ")}\n`,
    );
    process.stdout.write("  npx -y pnpm@10 fix, CHANGELOG.md, and the page that speaks of it\n");
  } catch (error) {
    process.stderr.write(`pnpm new <${Object.keys(kinds).join("|")}> <name>: ${error.message}\n`);
    process.exitCode = 2;
  }
}
