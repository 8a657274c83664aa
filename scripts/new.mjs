/**
 * Skeletons of what CONTRIBUTING has recipes for: `pnpm new <kind> <name>` writes the files, names
 * them in their folder's index and says what is left to do. A skeleton compiles; its test fails
 * until it is filled in.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const pascal = (name) => camel(`-${name}`);
const snake = (name) => name.replaceAll("-", "_");

/**
 * Adds to an index an import in alphabetical place, and an entry at the end of the list that begins
 * at `list`.
 */
function withEntry(text, { imported, from, list, entry }) {
  const lines = text.split("\n");
  const imports = lines.flatMap((line, at) => (/^import .* from "\.\//.test(line) ? [at] : []));
  const placed = /from "\.\/([\w-]+)\.ts"/;
  const after = imports.filter((at) => (placed.exec(lines[at])?.[1] ?? "") < from).at(-1);
  const named = imported.startsWith("type ")
    ? `type { ${imported.slice("type ".length)} }`
    : `{ ${imported} }`;
  lines.splice((after ?? imports[0] - 1) + 1, 0, `import ${named} from "./${from}.ts";`);
  const begins = lines.findIndex((line) => line.includes(list));
  if (begins < 0) throw new Error(`the index has no list that begins with ${list}`);
  if (lines[begins].trimEnd().endsWith("];")) {
    lines[begins] = lines[begins].replace("];", `, ${entry}];`);
  } else {
    const ends = lines.findIndex((line, at) => at > begins && /^\s*[\]}]/.test(line));
    const end = entry.endsWith(";") ? "" : ",";
    lines.splice(ends, 0, `${/^ */.exec(lines[begins])[0]}  ${entry}${end}`);
  }
  return lines.join("\n");
}

/** A kind: its files, the index that names it, and what is left to do. */
const kinds = {
  view: (name) => ({
    files: {
      [`packages/report/src/sql/views/${name}.ts`]: `/** A row is … : one sentence. */
import type { ViewSpec } from "../view.ts";

export const ${camel(name)}: ViewSpec = {
  name: "${snake(name)}",
  comment: "A row is … : one sentence.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executors: "executors; count",
  },
  sql: \`
select app_id, attempt_id, count(*) as executors
from executors
group by all
order by all\`,
};
`,
      [`packages/report/test/sql/${name}.test.ts`]: `/** What a row of ${snake(name)} says. */
import { expect, test } from "vitest";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

test("…", async () => {
  const path = await replayed((emit) => {
    emit("executors", { ...rowsByHand.executors, executorId: "1" });
  });
  expect(await ask(path, "select executors::int as executors from ${snake(name)}")).toEqual([
    { executors: "what the rows above make of it" },
  ]);
});
`,
    },
    index: {
      path: "packages/report/src/sql/views/index.ts",
      imported: camel(name),
      from: name,
      list: "export const views:",
      entry: camel(name),
    },
    left: [
      "fill in its first line, columns and SQL: a unit or a meaning for each column",
      "pnpm docs:tables",
      "a view that asks it must come after it in the list",
    ],
  }),
  table: (name) => ({
    files: {
      [`packages/core/src/${name}-row.ts`]: `/** A row of ${snake(name)}: one sentence. Units stand in names; undefined is NULL. */
import type { Provenance } from "./rows.ts";

export interface ${pascal(name)}Row extends Provenance {
  executorId: string;
  /** when; epoch microseconds */
  ts: number;
}
`,
      [`packages/report/src/tables/${name}.ts`]: `/** One sentence: what it holds. */
import type { ${pascal(name)}Row } from "@respark/core";
import { executorId, moment, provenance } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const ${camel(name)}: TableSpec<${pascal(name)}Row> = {
  name: "${snake(name)}",
  comment: "A row is … : one sentence.",
  columns: [
    executorId(),
    moment("ts", "when … was logged", (row) => row.ts),
    ...provenance<${pascal(name)}Row>(),
  ],
};
`,
    },
    index: [
      {
        path: "packages/core/src/rows.ts",
        imported: `type ${pascal(name)}Row`,
        from: `${name}-row`,
        list: "export interface Rows {",
        entry: `${snake(name)}: ${pascal(name)}Row;`,
      },
      {
        path: "packages/report/src/tables/index.ts",
        imported: camel(name),
        from: name,
        list: "export const tables: Tables = {",
        entry: camel(name) === snake(name) ? camel(name) : `${snake(name)}: ${camel(name)}`,
      },
    ],
    left: [
      `export type { ${pascal(name)}Row } in core/src/index.ts`,
      "where the compiler asks for it: sinks/duckdb.ts, report/test/rows-by-hand.ts, collected-rows.ts",
      "who emits it (core/src/replay), and a golden that shows it",
      "pnpm docs:tables; each text column of a log is redacted or listed (test/cli/secrets.test.ts)",
    ],
  }),
  check: (name) => ({
    files: {
      [`packages/report/src/checks/${name}.ts`]: `/** What this metric holds: one sentence. */
import type { Metric } from "./check.ts";
import { EVIDENCE, THIS_APP } from "./this-application.ts";

export const ${camel(name)}: readonly Metric[] = [
  {
    id: "${snake(name)}",
    title: "… in words",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "warn",
    allowance: { relative: 0.5, absolute: 1 },
    extensive: true,
    // NULL where these logs cannot show it: what is not measured never passes as 0.
    sql: \`with \${EVIDENCE}
      select null as subject, if(level >= 3, n, null) as value, n as value_min, n as value_max,
        by_logs as "by"
      from evidence, (select count(*) as n from memory_leaks where \${THIS_APP})\`,
    lookFurther: "from memory_leaks",
  },
];
`,
    },
    index: {
      path: "packages/report/src/checks/index.ts",
      imported: camel(name),
      from: name,
      list: "export const metrics:",
      entry: `...${camel(name)}`,
    },
    left: [
      "its SQL, its allowance, and a row in docs/gate.md",
      "in test/gate/recorded-pairs.test.ts: a pair of runs in which it fires, and one in which not",
    ],
  }),
  command: (name) => ({
    files: {
      [`packages/cli/src/commands/${name}.ts`]: `/** \`respark ${name}\`: what it does, in one line. */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import { withEverywhereOptions } from "./command.ts";

export function add${pascal(name)}(program: Command, host: Host): void {
  withEverywhereOptions(program.command("${name}").description("…"))
    .addHelpText("after", \`
Examples:
  respark ${name}\`)
    // Import packages in here, so that --help stays fast.
    .action(async () => {
      await host.stdout.write("…\\n");
    });
}
`,
    },
    index: {
      path: "packages/cli/src/commands/index.ts",
      imported: `add${pascal(name)}`,
      from: name,
      list: "export const commands:",
      entry: `add${pascal(name)}`,
    },
    left: [
      `test/cli/${name}.test.ts: its result on standard output, its errors, its exit codes`,
      "a row in README's table, and its place in the list: the order of --help",
    ],
  }),
  finding: (name) => ({
    files: {
      [`packages/report/src/explain/findings/${name}.ts`]: `/** What went wrong: one sentence. */
import { numberIn } from "../../sql/row.ts";
import { COST_UNKNOWN, type Finder } from "./finder.ts";

/** Rows of its view, worst first, in words. What it knows is a view that anyone can ask. */
export const ${camel(name)}: Finder = {
  sql: (here) => \`from memory_leaks where \${here} order by leaked_bytes desc\`,
  find: (rows) =>
    rows.map((row) => ({
      id: \`${snake(name)}_\${numberIn(row, "task_id")}\`,
      kind: "leaks",
      severity: "waste",
      cost: COST_UNKNOWN,
      title: "…",
      evidence: [],
      certainty: "…",
      facts: row,
    })),
};
`,
    },
    index: {
      path: "packages/report/src/explain/findings/index.ts",
      imported: camel(name),
      from: name,
      list: "export const finders:",
      entry: camel(name),
    },
    left: [
      "a view with what it counts and what that cost: pnpm new view …",
      "its kind in finder.ts (FindingKind), and what a verdict looked for in index.ts (troubles)",
      "a golden of test/explain in which it speaks, and one in which it is silent",
    ],
  }),
  codec: (name) => ({
    files: {
      [`packages/events/src/bytes/codecs/${name}.ts`]: `/** ${name}: how it is recognised, and what is read before a cut. */
import type { PackedInput } from "../packed-input.ts";
import { type CodecFormat, hasBytes, type TellDamage } from "./codec.ts";

export const ${camel(name)}: CodecFormat = {
  codec: "zstd",
  extensions: ["${name}"],
  begins: (head) => hasBytes(head, 0, [0x00, 0x00, 0x00, 0x00]),
  decode,
};

/** Everything before a cut or a damaged block; damage is reported, never thrown. */
async function* decode(_input: PackedInput, _damaged: TellDamage): AsyncIterable<Uint8Array> {
  yield new Uint8Array(0);
}
`,
    },
    index: {
      path: "packages/events/src/bytes/codecs/index.ts",
      imported: camel(name),
      from: name,
      list: "export const codecs:",
      entry: camel(name),
    },
    left: [
      "its name in Codec (byte-source.ts)",
      "test/bytes: round trip, several members, truncation at each byte, a damaged checksum",
    ],
  }),
  event: (name) => ({
    files: {
      [`packages/events/src/event-log/decoders/${name}.ts`]: `/** SparkListener${pascal(name)}: since which Spark, and what it becomes. */
import type { EventDecoder, Picks } from "../event.ts";
import { type JsonObject, needTimeMs } from "../json.ts";

/** The event's fields that are cut out of its line; the rest is never parsed. */
const picks: Picks = { time: true };

export function ${camel(name)}Decoders(): readonly EventDecoder[] {
  return [
    {
      event: "SparkListener${pascal(name)}",
      picks,
      decode: (event: JsonObject) => ({
        kind: "application_end",
        timeMs: needTimeMs(event, "Timestamp"),
        exitCode: undefined,
      }),
    },
  ];
}
`,
    },
    index: {
      path: "packages/events/src/event-log/decoders/index.ts",
      imported: `${camel(name)}Decoders`,
      from: name,
      list: "  return [",
      entry: `${camel(name)}Decoders`,
    },
    left: [
      "its fact in core/src/event-fact.ts, and what the replay does with it",
      "test/event-log: one real event of the oldest and of the newest version that write it",
      "docs/spark/event-log.md: since when",
    ],
  }),
};

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
  const indexes = [index].flat().map((one) => ({
    path: one.path,
    text: withEntry(readFileSync(join(root, one.path), "utf8"), one),
  }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const { path, text } of indexes) writeFileSync(join(root, path), text);
  return { written: [...Object.keys(files), ...indexes.map(({ path }) => path)], left };
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
