/** Which settings are written down as they are. Spark hides its own secrets in event logs; logs of old versions and of other writers may still hold some. */
import { defaultRedactionRegex, redactedText, redactProperties } from "@respark/events";

const PASSWORD_IN_URL = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)[^\s/@]+@/gi;

export interface Redaction {
  redact(key: string, value: string): string;
  /** The application's own `spark.redaction.regex`: it hides more, never less. */
  learn(regex: string): void;
}

/** For one application. */
export function redaction(): Redaction {
  const regexes = new Set([defaultRedactionRegex]);
  return {
    redact: (key, value) => {
      let shown = value;
      for (const regex of regexes) {
        shown = redactProperties(new Map([[key, shown]]), regex).get(key) ?? redactedText;
      }
      return shown.replace(PASSWORD_IN_URL, `$1${redactedText}@`);
    },
    learn: (regex) => void regexes.add(regex),
  };
}
