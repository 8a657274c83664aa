/** Secrets in Spark properties, hidden as Spark itself hides them. */
import { RE2JS, RE2JSException } from "re2js";

/** `spark.redaction.regex`'s default, Spark 3.x–4.x. */
export const defaultRedactionRegex: string = "(?i)secret|password|token|access[.]?key";

/** What Spark writes in place of a secret (`Utils.REDACTION_REPLACEMENT_TEXT`). */
export const redactedText: string = "*********(redacted)";

/** A longer regex is not read: no list of words is as long. */
const mostChars = 10_000;

/**
 * Follows Utils.redact, Spark 3.5: a property is hidden when its key or its value matches.
 * Properties may carry their own `spark.redaction.regex`, which is honoured when `regex` is not
 * given. Where this engine cannot read the regex every value is hidden: it is unknown which were
 * meant.
 */
export function redactProperties(
  properties: ReadonlyMap<string, string>,
  regex: string = properties.get("spark.redaction.regex") ?? defaultRedactionRegex,
): ReadonlyMap<string, string> {
  const pattern = javaRegex(regex);
  const matches = (text: string): boolean => pattern === undefined || pattern.test(text);
  const shown = new Map<string, string>();
  for (const [key, value] of properties) {
    const secret = key !== "spark.redaction.regex" && (matches(key) || matches(value));
    shown.set(key, secret ? redactedText : value);
  }
  return shown;
}

/** The last one: an application has one. */
let compiled: { readonly regex: string; readonly pattern: RE2JS | undefined } | undefined;

/**
 * Follows Utils.redact(Option[Regex], String), Spark 3.5 (`spark.redaction.string.regex`): every
 * match in the text is hidden. Where this engine cannot read the regex the whole text is.
 */
export function hideMatches(text: string, regex: string): string {
  if (text === "") return text;
  if (compiled?.regex !== regex) compiled = { regex, pattern: javaRegex(regex) };
  const { pattern } = compiled;
  return pattern === undefined ? redactedText : pattern.matcher(text).replaceAll(redactedText);
}

/** Why a logged `spark.redaction.regex` cannot be used as it stands; undefined: it can. */
export function redactionTrouble(regex: string): "redacted" | "unreadable" | undefined {
  if (regex.includes(redactedText)) return "redacted";
  return javaRegex(regex) === undefined ? "unreadable" : undefined;
}

/** The same or a little more than what Java matches: what is hidden too much does no harm. */
function javaRegex(regex: string): RE2JS | undefined {
  // Spark hides the setting itself where another regex names it, and then uses the one it hides.
  if (regex.includes(redactedText)) return javaRegex(defaultRedactionRegex);
  if (regex.length > mostChars) return undefined;
  const quoted = regex.replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, text: string) =>
    text.replace(/\W/g, "\\$&"),
  );
  const spaced = /(?<!\\)\(\?[a-wyz]*x/i.test(quoted)
    ? quoted.replace(/(?<!\\)#.*$/gm, "").replace(/(?<!\\)\s+/g, "")
    : quoted;
  const source = spaced
    // Flags that this engine has not: comments, Unix lines, Unicode.
    .replace(/(?<!\\)\(\?([a-zA-Z]+)(?:-[a-zA-Z]+)?([:)])/g, (_, letters: string, end: string) => {
      const known = letters.replace(/[^ims]/g, "");
      return known === "" ? (end === ":" ? "(?:" : "") : `(?${known}${end}`;
    })
    // Atomic groups and possessive quantifiers match less than their plain sisters.
    .replace(/(?<!\\)\(\?>/g, "(?:")
    .replace(/(?<!\\)([*+?}])\+/g, "$1")
    .replace(/\\[pP]\{(?:Is)?([A-Za-z]+)\}/g, (whole, name: string) => posix[name] ?? whole)
    .replaceAll("\\Z", "\\z")
    .replaceAll("\\h", "[ \\t]");
  // In Java `&&` is an intersection of classes; here it would be two letters.
  if (source.includes("&&")) return undefined;
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
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
