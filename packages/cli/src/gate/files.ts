/**
 * The gate's own files: baseline, configuration and the user's SQL, read with the reason when they
 * cannot be.
 */
import { dirname, join, resolve } from "node:path";
import {
  type Baseline,
  BaselineError,
  ConfigError,
  type GateConfig,
  type OwnCheck,
  parseBaseline,
  parseConfig,
} from "@respark/report/checks";
import type { Host } from "../host.ts";
import { UserError } from "../user-error.ts";

const CONFIG_NAME = "respark.config.json";

export interface ReadBaseline {
  readonly file: string;
  readonly text: string;
  readonly baseline: Baseline;
}

export async function readBaseline(host: Host, file: string): Promise<ReadBaseline> {
  const text = await textOf(
    host,
    file,
    `respark baseline <db> -o ${file} makes one of runs that were good`,
  );
  try {
    return { file, text, baseline: parseBaseline(text) };
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    throw new UserError(`${file} is no baseline that can be used: ${error.message}`);
  }
}

export interface ReadConfig {
  /** undefined: there is none, and none was asked for. */
  readonly file: string | undefined;
  readonly config: GateConfig;
}

/** The one that was named, or `respark.config.json` in the working directory. */
export async function readConfig(host: Host, named: string | undefined): Promise<ReadConfig> {
  if (named === undefined && (await host.kindOf(CONFIG_NAME)) !== "file") {
    return { file: undefined, config: {} };
  }
  const file = named ?? CONFIG_NAME;
  const text = await textOf(host, file, "docs/gate.md shows what stands in one");
  try {
    return { file, config: parseConfig(jsonOf(text, file)) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(`${file}: ${error.message}`);
  }
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(withoutMark(text));
  } catch (error) {
    throw new UserError(`${file} is no JSON: ${error instanceof Error ? error.message : ""}`);
  }
}

/** Paths in a configuration are from its own directory. */
export function besideConfig({ file }: ReadConfig, path: string): string {
  if (file === undefined || resolve(path) === path) return path;
  return join(dirname(file), path);
}

export async function readOwnChecks(host: Host, read: ReadConfig): Promise<OwnCheck[]> {
  const checks: OwnCheck[] = [];
  for (const { id, title, sql, level } of read.config.checks ?? []) {
    const file = besideConfig(read, sql);
    const text = await textOf(host, file, `it is the SQL of the check ${id}`);
    if (withoutComments(text).trim().replaceAll(";", "") === "") {
      throw new UserError(`${file} is empty: the check ${id} asks nothing`);
    }
    checks.push({ id, title: title ?? id, sql: text, file, level: level ?? "fail" });
  }
  return checks;
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
}

async function textOf(host: Host, file: string, hint: string): Promise<string> {
  const kind = await host.kindOf(file);
  if (kind === "directory") throw new UserError(`${file} is a directory: name a file`);
  if (kind === undefined) throw new UserError(`no such file: ${file} (${hint})`);
  return withoutMark(await host.readText(file));
}

/** Editors on Windows put a byte order mark first. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
