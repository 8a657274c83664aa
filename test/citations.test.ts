/** Citations of Spark's behaviour: each names a section, law or row that stands in docs/spark. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const pages = new Map(
  readdirSync(join(root, "docs/spark"))
    .filter((name) => name !== "README.md" && name.endsWith(".md"))
    .map((name) => [name.replace(".md", ""), readFileSync(join(root, "docs/spark", name), "utf8")]),
);

/** Section numbers of a page, and for a section that lists numbered laws these too (`6.7`). */
function sectionsOf(text: string): Set<string> {
  const sections = new Set<string>();
  for (const part of text.split(/^(?=#{2,3} )/m)) {
    const number = /^#{2,3} (\d+(?:\.\d+)?)\.?\s/.exec(part)?.[1];
    if (number === undefined) continue;
    sections.add(number);
    if (number.includes(".")) continue;
    for (const law of part.matchAll(/(?:^|[.:;] )(\d+)\. /gm)) sections.add(`${number}.${law[1]}`);
  }
  return sections;
}
const sections = new Map([...pages].map(([page, text]) => [page, sectionsOf(text)]));

/** Names of rows in the tables of log-templates. */
const rows = new Set(
  [...(pages.get("log-templates") ?? "").matchAll(/^\| ([A-Z]\d+'*) \|/gm)].map(([, row]) => row),
);

/** Pages that a comment may name without saying that they are of the spec. */
const NAMED = "memory-model|log-templates";
const ROW = "[MBCDXGSTPYK]\\d{1,2}'*";
const REF = `(?:§? ?\\d+(?:\\.\\d+)*|${ROW})(?:[–-](?:\\d+(?:\\.\\d+)*|${ROW}))?`;
const CITATION = new RegExp(
  `(?:(?:\\bspec[ /](?=${NAMED}|event-log)|docs/spark/)([a-z-]+)|(?<=[(, ])(${NAMED}))(?:\\.md)?` +
    `((?:,? (?:section )?${REF})*)`,
  "g",
);
/** `spec 2.3`: of memory-model. */
const SHORT = new RegExp(`\\bspec(?: section)? (${REF}(?:, ${REF})*)`, "g");

/** A comment, with the place it stands at. */
interface Comment {
  readonly at: string;
  readonly text: string;
}

function commentsOf(path: string): Comment[] {
  const text = readFileSync(join(root, path), "utf8");
  const found = text.matchAll(/\/\*\*?([\s\S]*?)\*\/|(?<=^|\s)\/\/(.*)$/gm);
  return [...found].map((match) => ({
    at: `${path}:${text.slice(0, match.index).split("\n").length}`,
    text: (match[1] ?? match[2] ?? "").replaceAll(/\s*\n\s*\* ?/g, " "),
  }));
}

const sources = ["packages", "test", "bench"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
      join(folder, path),
    ),
  )
  .filter((path) => path.endsWith(".ts") && !/node_modules|\/dist\//.test(path))
  .filter((path) => path !== "test/citations.test.ts")
  .sort();

/** What a citation names that its page lacks. */
function unresolved(page: string, refs: string): string[] {
  const known = sections.get(page);
  if (known === undefined) return [`${page}.md`];
  const names = refs.split(/[,\s–-]+|section|§/).filter((name) => name !== "");
  return names
    .filter((name) => (/^[A-Z]/.test(name) ? !rows.has(name) : !known.has(name)))
    .map((name) => `${page} ${name}`);
}

function strays({ at, text }: Comment): string[] {
  const long = [...text.matchAll(CITATION)].flatMap(([, page, named, refs = ""]) =>
    unresolved(page ?? named ?? "", refs),
  );
  const short = [...text.matchAll(SHORT)].flatMap(([, refs = ""]) =>
    unresolved("memory-model", refs),
  );
  return [...long, ...short].map((name) => `${at}: ${name}`);
}

test("a section and a row that a comment cites stand in docs/spark", () => {
  const comments = sources.flatMap(commentsOf);
  expect(comments.flatMap(strays)).toEqual([]);
  const cited = comments.filter(
    ({ text }) => text.search(CITATION) >= 0 || text.search(SHORT) >= 0,
  );
  expect(cited.length).toBeGreaterThan(40);
});

test("a fact's comment begins with rows of log-templates", () => {
  const facts = commentsOf("packages/core/src/log-fact.ts");
  const named = facts.flatMap(({ text, at }) =>
    [...text.matchAll(new RegExp(`(?<![\\w.])${ROW}(?!\\w)`, "g"))].map(([row]) => ({ at, row })),
  );
  expect(named.filter(({ row }) => !rows.has(row))).toEqual([]);
  expect(named.length).toBeGreaterThan(80);
});

test("a template bears the name of its row", () => {
  const folder = "packages/events/src/executor-log/templates";
  const names = readdirSync(join(root, folder)).flatMap((file) =>
    [...readFileSync(join(root, folder, file), "utf8").matchAll(/^ +(?:name: )?"(.{2,5})",$/gm)]
      .map(([, row = ""]) => ({ file, row }))
      .filter(({ row }) => new RegExp(`^${ROW}$`).test(row)),
  );
  expect(names.filter(({ row }) => !rows.has(row))).toEqual([]);
  expect(names.length).toBeGreaterThan(100);
});

describe("a citation that leads nowhere is noticed", () => {
  test.each([
    ["spec memory-model 3.14", "here: memory-model 3.14"],
    ["(spec memory-model 2, 3.99)", "here: memory-model 3.99"],
    ["spec/log-templates.md 2.6, X99", "here: log-templates X99"],
    ["docs/spark/event-log.md 9.1", "here: event-log 9.1"],
    ["spec 6.77", "here: memory-model 6.77"],
    ["(log-templates M3, M42)", "here: log-templates M42"],
  ])("%s", (text, stray) => {
    expect(strays({ at: "here", text })).toEqual([stray]);
  });
});
