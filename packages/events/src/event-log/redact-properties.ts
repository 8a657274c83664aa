/** Secrets in Spark properties, hidden as Spark itself hides them. */

/** `spark.redaction.regex`'s default, Spark 3.x–4.x. */
export const defaultRedactionRegex: string = "(?i)secret|password|token|access[.]?key";

/** What Spark writes in place of a secret (`Utils.REDACTION_REPLACEMENT_TEXT`). */
export const redactedText: string = "*********(redacted)";

/**
 * Follows Utils.redact, Spark 3.5: a property is hidden when its key or its value matches. Properties may carry
 * their own `spark.redaction.regex`, which is honoured when `regex` is not given.
 * A regex that this engine cannot read falls back to the default, never to showing everything.
 */
export function redactProperties(
  properties: ReadonlyMap<string, string>,
  regex: string = properties.get("spark.redaction.regex") ?? defaultRedactionRegex,
): ReadonlyMap<string, string> {
  const pattern = javaRegex(regex) ?? javaRegex(defaultRedactionRegex);
  const shown = new Map<string, string>();
  for (const [key, value] of properties) {
    const secret =
      key !== "spark.redaction.regex" &&
      (pattern?.test(key) === true || pattern?.test(value) === true);
    shown.set(key, secret ? redactedText : value);
  }
  return shown;
}

/** Java's leading inline flags become flags of ours. */
function javaRegex(regex: string): RegExp | undefined {
  const inline = /^\(\?([ims]+)\)/.exec(regex);
  try {
    return inline === null
      ? new RegExp(regex)
      : new RegExp(regex.slice(inline[0].length), [...new Set(inline[1])].join(""));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
