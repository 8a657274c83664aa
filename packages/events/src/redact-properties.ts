/** Secrets in Spark properties, hidden as Spark itself hides them. */
import { createContext, Script } from "node:vm";

/** `spark.redaction.regex`'s default, Spark 3.x–4.x. */
export const defaultRedactionRegex: string = "(?i)secret|password|token|access[.]?key";

/** What Spark writes in place of a secret (`Utils.REDACTION_REPLACEMENT_TEXT`). */
export const redactedText: string = "*********(redacted)";

/** A regex comes from a log: one that needs longer than this for a property hides it, and all after it. */
const mostMillis = 250;
const tooSlow = new Set<string>();

/**
 * Follows Utils.redact, Spark 3.5: a property is hidden when its key or its value matches. Properties may carry
 * their own `spark.redaction.regex`, which is honoured when `regex` is not given.
 * Where this engine cannot read the regex every value is hidden: nobody knows which were meant.
 */
export function redactProperties(
  properties: ReadonlyMap<string, string>,
  regex: string = properties.get("spark.redaction.regex") ?? defaultRedactionRegex,
): ReadonlyMap<string, string> {
  const pattern = javaRegex(regex);
  const matches = (text: string): boolean =>
    pattern === undefined ||
    (regex === defaultRedactionRegex ? pattern.test(text) : matchesInTime(pattern, regex, text));
  const shown = new Map<string, string>();
  for (const [key, value] of properties) {
    const secret = key !== "spark.redaction.regex" && (matches(key) || matches(value));
    shown.set(key, secret ? redactedText : value);
  }
  return shown;
}

const script = new Script("pattern.test(text)");

/** True too where the answer takes too long: a regex may try every way to split a text. */
function matchesInTime(pattern: RegExp, regex: string, text: string): boolean {
  if (tooSlow.has(regex)) return true;
  try {
    return script.runInContext(createContext({ pattern, text }), { timeout: mostMillis }) === true;
  } catch (error) {
    if (typeof error !== "object" || error === null || !("code" in error)) throw error;
    if (error.code !== timedOut) throw error;
    tooSlow.add(regex);
    return true;
  }
}

const timedOut = "ERR_SCRIPT_EXECUTION_TIMEOUT";

/** The same or a little more than what Java matches: what is hidden too much does no harm. */
function javaRegex(regex: string): RegExp | undefined {
  const flags = new Set<string>();
  let source = regex
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, quoted: string) => quoted.replace(/\W/g, "\\$&"))
    // Flags of a part become flags of the whole.
    .replace(/(?<!\\)\(\?([a-zA-Z]+)(?:-[a-zA-Z]+)?([:)])/g, (_, letters: string, end: string) => {
      for (const letter of letters) flags.add(letter);
      return end === ":" ? "(?:" : "";
    })
    // Atomic groups and possessive quantifiers match less than their plain sisters.
    .replace(/(?<!\\)\(\?>/g, "(?:")
    .replace(/(?<!\\)([*+?}])\+/g, "$1")
    .replace(/\\[pP]\{(?:Is)?([A-Za-z]+)\}/g, (whole, name: string) => posix[name] ?? whole)
    .replaceAll("\\A", "^")
    .replace(/\\[zZ]/g, "$$")
    .replaceAll("\\h", "[ \\t]");
  if (flags.has("x")) source = source.replace(/(?<!\\)#.*$/gm, "").replace(/(?<!\\)\s+/g, "");
  // In Java `&&` is an intersection of classes and `\\p` a property; here they would be letters.
  if (/&&|\\[pPGRXk]/.test(source)) return undefined;
  try {
    return new RegExp(source, [...flags].filter((flag) => "ims".includes(flag)).join(""));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Java's POSIX classes, as classes may be nested in none. */
const posix: Readonly<Record<string, string>> = {
  Alpha: "[A-Za-z]",
  Digit: "\\d",
  Alnum: "[A-Za-z0-9]",
  Upper: "[A-Z]",
  Lower: "[a-z]",
  Space: "\\s",
};
