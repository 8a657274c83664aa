/** The layouts that Spark logs are known to come in; a file's own is learned from its lines. */
import { FoundHead } from "./found-head.ts";
import { Log4jPattern } from "./log4j-pattern.ts";
import type { Layout } from "./record-head.ts";
import { StructuredJson } from "./structured-json.ts";

/** In the order they are tried; spec/log-templates.md 1. */
const PATTERNS: readonly string[] = [
  // Spark's own, 1.2 … 4.x; with %c{2} on many YARN clusters, which reads alike
  "%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n",
  "%d{yy/MM/dd HH:mm:ss.SSS} %t %p %c{1}: %m%n",
  "%d{ISO8601} [%t] %-5p %c - %m%n",
  "%d{ISO8601} [%t] %p %c: %m%n",
  "%d{ISO8601} %-5p [%t] %c{1}: %m%n",
  "%d{ISO8601} %p [%t] %c: %m%n",
  "%d{ISO8601} %p %c: %m%n",
  "%d{ISO8601} %-5p %c: %m%n",
  "%d{ISO8601} %-5p %c - %m%n",
  "%d{yy/MM/dd HH:mm:ss} [%t] %p %c{1}: %m%n",
  "%d{yy/MM/dd HH:mm:ss} %p [%t] %c{1}: %m%n",
  "%d{yy/MM/dd HH:mm:ss,SSS} %p %c{1}: %m%n",
  "%d{yyyy-MM-dd HH:mm:ss} %p %c{1}: %m%n",
  "%d{yyyy-MM-dd HH:mm:ss} %-5p %c{1}:%L - %m%n",
  "%d{yyyy/MM/dd HH:mm:ss} %p %c{1}: %m%n",
];

/**
 * Fresh layouts for one stream of lines: they keep the second they read last. `pattern` (log4j
 * syntax) goes first.
 */
export function layoutsFor(pattern: string | undefined): readonly Layout[] {
  const own = pattern === undefined ? [] : [pattern];
  return [
    ...own.map((text) => new Log4jPattern(text)),
    new StructuredJson(),
    ...PATTERNS.map((text) => new Log4jPattern(text)),
    new FoundHead(),
  ];
}
