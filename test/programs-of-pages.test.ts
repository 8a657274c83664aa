/**
 * What people read first: the programs of each library's README and of docs/concepts.md compile,
 * run, and print what the page says.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
// Below `test`, so that programs find the packages as any other package's code does.
const scratch = mkdtempSync(join(import.meta.dirname, ".readmes-"));
symlinkSync(join(root, "fixtures"), join(scratch, "fixtures"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

interface Program {
  readonly file: string;
  readonly prints: string;
  readonly lines: number;
}

function programsOf(name: string, page: string): Program[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = text.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g);
  return [...blocks].map(([, code = "", prints = ""], at) => {
    const file = join(scratch, `${name}-${at}.ts`);
    writeFileSync(file, code);
    const statements = code.split("\n").filter((line) => line !== "" && !line.startsWith("import"));
    return { file, prints, lines: statements.length };
  });
}

const readmes = new Map(
  ["core", "events", "report"].map((name) => [
    name,
    programsOf(name, `packages/${name}/README.md`),
  ]),
);
const programs = new Map([...readmes, ["concepts", programsOf("concepts", "docs/concepts.md")]]);

test.each([...readmes])("the README of %s shows three short programs", (_, shown) => {
  expect(shown).toHaveLength(3);
  expect(Math.max(...shown.map(({ lines }) => lines))).toBeLessThanOrEqual(15);
});

test("the page of concepts has a program for each manager and for the shares of tasks", () => {
  expect(programs.get("concepts")).toHaveLength(3);
});

const END = "end of a program";

test.each([...programs])(
  "the programs of %s print what its page says",
  (name, shown) => {
    const all = join(scratch, `${name}.ts`);
    const steps = shown.map(({ file }) => `await import("${file}");\nconsole.log("${END}");\n`);
    writeFileSync(all, `${steps.join("")}export {};\n`);
    const options = ["--conditions=@respark/source", "--import", "tsx", all];
    const output = execFileSync(process.execPath, options, { cwd: scratch, encoding: "utf8" });
    const expected = shown.map(({ prints }) => `${prints}${END}\n`);
    expect(output).toBe(expected.join(""));
  },
  60_000,
);

test("the programs compile as strictly as our own", () => {
  const config = join(scratch, "tsconfig.json");
  const compilerOptions = {
    noEmit: true,
    allowImportingTsExtensions: true,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
  };
  writeFileSync(
    config,
    JSON.stringify({ extends: "../../tsconfig.base.json", compilerOptions, include: ["*.ts"] }),
  );
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  let said = "";
  try {
    execFileSync(process.execPath, [compiler, "-p", config], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    said = String((error as { stdout?: unknown }).stdout);
  }
  expect(said).toBe("");
}, 60_000);
