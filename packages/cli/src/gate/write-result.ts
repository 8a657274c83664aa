/**
 * Writes one result file; a place that cannot be written is the user's to mend, and what another
 * wrote stays.
 */
import { dirname, resolve } from "node:path";
import type { Host } from "../host.ts";
import { machineWords } from "../machine-words.ts";
import { UserError } from "../user-error.ts";

/** What a file is by its beginning: a result replaces nothing but an earlier result of its kind. */
export type ResultKind = "page" | "baseline" | "junit" | "sarif" | "markdown" | "properties";

const LOOKS_LIKE: Readonly<Record<ResultKind, RegExp>> = {
  page: /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy"/,
  baseline: /^\s*\{\s*"application":/,
  junit: /^\s*<(?:\?xml|testsuites?)\b[\s\S]*\brespark\b/,
  sarif: /^\s*\{\s*"\$schema"[\s\S]*\bsarif\b[\s\S]*\brespark\b/,
  markdown: /^### \S+ Memory gate /,
  properties: /^# Written by respark inspect/,
};

const IN_WORDS: Readonly<Record<ResultKind, string>> = {
  page: "page of respark",
  baseline: "baseline of respark",
  junit: "JUnit report of respark",
  sarif: "SARIF log of respark",
  markdown: "summary of respark",
  properties: "properties file of respark",
};
const HEAD_BYTES = 1024;

export async function writeResult(
  host: Host,
  file: string,
  text: string,
  kind: ResultKind,
): Promise<void> {
  await refuseForeign(host, file, kind);
  try {
    await host.writeText(file, text);
  } catch (error) {
    const words = machineWords(error);
    if (words === undefined) throw error;
    throw new UserError(`cannot write ${file}: ${words}`);
  }
}

/** Throws where the file cannot be made, or would replace what is no earlier result of its kind. */
export async function refuseForeign(host: Host, file: string, kind: ResultKind): Promise<void> {
  const folder = dirname(resolve(file));
  if ((await host.kindOf(folder)) !== "directory") {
    throw new UserError(`cannot write ${file}: there is no directory ${folder}`);
  }
  const there = await host.kindOf(file);
  if (there === "directory") {
    throw new UserError(`cannot write ${file}: it is a directory, and a file is due`);
  }
  if (there !== "file") return;
  const head = await host.readHead(file, HEAD_BYTES);
  if (head !== "" && !LOOKS_LIKE[kind].test(head)) {
    throw new UserError(
      `${file} is no ${IN_WORDS[kind]}, which alone is replaced: move it, or name another file`,
    );
  }
}
