/**
 * Secrets among Spark's properties are not written down. Spark blanks its own in event logs; logs of old versions and of other writers
 * may still hold some. Follows Utils.redact of Spark 3.5.6: a pattern that fits the key or the value hides the value.
 */

/** Spark's default of `spark.redaction.regex` (config/package.scala, 3.5.6), and what others call the same. */
const DEFAULT_PATTERN = /secret|password|passwd|token|access[.]?key|credential|private[.]?key/i;
const PASSWORD_IN_URL = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)[^\s/@]+@/gi;
const REDACTED = "*********(redacted)";

export interface Redaction {
  redact(key: string, value: string): string;
  /** The application's own `spark.redaction.regex`. */
  learn(pattern: string): void;
}

/** For one application. */
export function redaction(): Redaction {
  let own: RegExp | undefined;
  const speaksOfSecrets = (text: string): boolean =>
    DEFAULT_PATTERN.test(text) || own?.test(text) === true;
  return {
    redact: (key, value) => {
      if (key === "spark.redaction.regex") return value;
      if (speaksOfSecrets(key) || speaksOfSecrets(value)) return REDACTED;
      return value.replace(PASSWORD_IN_URL, `$1${REDACTED}@`);
    },
    learn: (pattern) => {
      own = asPattern(pattern);
    },
  };
}

/** A Java pattern as ours; undefined where JavaScript has no such syntax. */
function asPattern(java: string): RegExp | undefined {
  const ignoringCase = java.startsWith("(?i)");
  try {
    return new RegExp(ignoringCase ? java.slice(4) : java, ignoringCase ? "i" : "");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
