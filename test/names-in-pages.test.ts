/** Names in pages: what stands in backticks and looks like code, a file or a setting is there. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));

/**
 * Pages written by hand. Decisions and the changelog speak of their own day, docs/spark of Spark's
 * names, and docs/tables.md is generated.
 */
const pages = tracked.filter(
  (path) =>
    path.endsWith(".md") &&
    /^(?:[A-Z]+\.md|docs\/|lab\/|examples\/|deploy\/|packages\/|python\/)/.test(path) &&
    !/^(?:CHANGELOG|docs\/(?:decisions|spark)\/|docs\/tables\.md)/.test(path),
);

/** Names of other projects that pages speak of. */
const OTHERS = new Set([
  "native/core/src/execution/memory_pools/logging_pool.rs", // Comet
  "integrity_check", // SQLite
  "WorkloadWi", // the program of recorded runs, which is not in this repository
  "deleteOnTermination", // Kubernetes driver's service
  "logUri", // EMR
  "livySessions", // Fabric's API
]);

const WORD = /[A-Za-z_][A-Za-z0-9_]*/g;
const code = tracked.filter(
  (path) => !path.endsWith(".md") && !/^(?:fixtures|test\/golden)\/|pnpm-lock/.test(path),
);
const words = new Set(
  [...code, ...tracked.filter((path) => path.startsWith("docs/spark/"))].flatMap((path) => [
    ...(readFileSync(join(root, path), "latin1").match(WORD) ?? []),
  ]),
);

/** Folders that a page may name paths from. */
const bases = [
  "",
  "packages",
  ...readdirSync(join(root, "packages")).flatMap((name) => [
    `packages/${name}`,
    `packages/${name}/src`,
    `packages/${name}/src/replay`,
    `packages/${name}/src/executor-log`,
  ]),
];

/**
 * Identifiers of more than one word (`sizeOfStored`, `block_events`): a plain word may be anything.
 */
const isName = (word: string) => /[a-z][A-Z]|[a-z0-9]_[a-z0-9]/.test(word);
const isPath = (text: string) =>
  /^[\w.@-]+(?:\/[\w.@-]+)+$/.test(text) && /^[a-z.]/.test(text) && !text.includes("…");

function missingIn(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
  const here = join(page, "..");
  return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, said = ""]) => {
    if (OTHERS.has(said) || said.startsWith("../shared/")) return [];
    if (isPath(said)) {
      const there = [...bases, here].some((base) => existsSync(join(root, base, said)));
      return there ? [] : [`${page}: ${said}`];
    }
    const names = (said.match(WORD) ?? []).filter(isName);
    return names
      .filter((name) => !words.has(name) && !OTHERS.has(name) && !/^_|_$/.test(name))
      .map((name) => `${page}: ${name}`);
  });
}

test("what pages name in backticks is there", () => {
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flatMap(missingIn)).toEqual([]);
});

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

function deadLinksOf(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const there = path === "" ? page : join(page, "..", path);
    if (!existsSync(join(root, there))) return [`${page}: ${link}`];
    if (anchor === undefined) return [];
    const headings = readFileSync(join(root, there), "utf8").matchAll(/^#+ (.*)$/gm);
    return [...headings].some(([, said = ""]) => anchorOf(said) === anchor)
      ? []
      : [`${page}: ${link}`];
  });
}

test("links between pages lead somewhere", () => {
  expect(pages.flatMap(deadLinksOf)).toEqual([]);
});
