/**
 * The page's script and style, bundled from their sources: what a clone uses, and what the build
 * writes down as strings.
 */
import { join } from "node:path";
import { build } from "esbuild";

const page = join(import.meta.dirname, "../src/page");

let bundled;

/** Once a process: a folder of reports shares it. */
export function front() {
  bundled ??= bundle();
  return bundled;
}

/** A module that gives both as they are now, and needs neither sources nor a bundler. */
export async function builtModule() {
  return `/** Bundled from src/page: the script and the style of a report. */
const built = ${JSON.stringify(await front())};
export function front() {
  return Promise.resolve(built);
}
`;
}

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(page, "main.ts"), join(page, "style.css")],
    outdir: page,
    bundle: true,
    minify: true,
    format: "iife",
    charset: "utf8",
    target: ["chrome100", "firefox113", "safari16.4"],
    write: false,
    logLevel: "silent",
  });
  const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text.trim() ?? "";
  return { script: text(".js"), style: text(".css") };
}
