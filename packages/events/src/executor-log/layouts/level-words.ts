/**
 * Levels as the logging libraries name them, and java.util.logging in the language of the machine.
 */
import type { LogLevel } from "../log-template.ts";

const WORDS: Readonly<Record<LogLevel, string>> = {
  TRACE: "TRACE|T",
  DEBUG: "DEBUG|D",
  INFO: "INFO|NOTICE|I",
  WARN: "WARN|WARNING|W",
  ERROR: "ERROR|SEVERE|E",
  FATAL: "CRITICAL|FATAL|F",
};
const FOREIGN: Readonly<Partial<Record<LogLevel, string>>> = {
  INFO: "INFOS|INFORMATION|INFORMACIÓN|INFORMAÇÕES|INFORMAZIONI|信息|情報|정보",
  WARN: "AVERTISSEMENT|WARNUNG|ADVERTENCIA|ADVERTÊNCIA|AVVERTENZA|警告|경고",
  ERROR: "GRAVE|SCHWERWIEGEND|严重|重大|심각",
};

/** Texts are searched by their bytes: each byte is a letter there. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const LEVELS = new Map<string, LogLevel>();
for (const words of [WORDS, FOREIGN]) {
  for (const level of ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const) {
    for (const word of words[level]?.split("|") ?? []) {
      for (const said of [word, bytesOf(word)]) LEVELS.set(said.toUpperCase(), level);
    }
  }
}

/** For a search: words of other languages than English. */
export const FOREIGN_LEVELS: string = Object.values(FOREIGN).map(bytesOf).join("|");

/** A level as any of the logging libraries names it. */
export function levelOf(word: string): LogLevel | undefined {
  return LEVELS.get(word.toUpperCase());
}
