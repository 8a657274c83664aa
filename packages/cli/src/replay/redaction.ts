/**
 * Which texts of a log are written down as they are: secrets are hidden by key and by shape, and
 * counted.
 */
import {
  defaultRedactionRegex,
  hideMatches,
  hideSecretShapes,
  isSecretKey,
  redactedText,
  redactProperties,
} from "@respark/events";

const KEPT_TEXTS = 4096; // texts whose answer is kept: names and call sites repeat
const KEPT_VALUES = 256; // values of hidden settings that are looked for elsewhere
const SHORTEST_VALUE = 8; // characters; a shorter one stands in texts by chance

export interface Redaction {
  /** A setting's value as it is written down. */
  redact(key: string, value: string): string;
  /** Any other text of the log: shapes of secrets, and values that a setting's key made secret. */
  text(text: string): string;
  /** The application's own `spark.redaction.regex`: it hides more, never less. */
  learn(regex: string): void;
  /**
   * The application's `spark.redaction.string.regex`: what Spark hides in plans and commands is
   * hidden in every text.
   */
  learnTexts(regex: string): void;
  /** Texts in which something was hidden. */
  readonly hidden: number;
}

/** For one application. */
export function redaction(): Redaction {
  const regexes = new Set([defaultRedactionRegex]);
  const answers = new Map<string, string>();
  const values = new Set<string>();
  const patterns = new Set<string>();
  let hidden = 0;

  const counted = (shown: string, written: string): string => {
    if (shown !== written) hidden++;
    return shown;
  };
  const hide = (text: string): string => {
    let shown = hideSecretShapes(text);
    for (const pattern of patterns) shown = hideMatches(shown, pattern);
    for (const value of values) {
      if (shown.includes(value)) shown = shown.replaceAll(value, redactedText);
    }
    return shown;
  };
  return {
    redact: (key, value) => {
      let shown = isSecretKey(key, value) ? redactedText : value;
      for (const regex of regexes) {
        shown = redactProperties(new Map([[key, shown]]), regex).get(key) ?? redactedText;
      }
      const isWhole = shown === redactedText && value !== redactedText;
      if (isWhole && value.length >= SHORTEST_VALUE && values.size < KEPT_VALUES) {
        values.add(value);
        answers.clear();
      }
      return counted(hide(shown), value);
    },
    text: (text) => {
      const known = answers.get(text);
      if (known !== undefined) return counted(known, text);
      const shown = hide(text);
      if (answers.size >= KEPT_TEXTS) answers.clear();
      answers.set(text, shown);
      return counted(shown, text);
    },
    learnTexts: (regex) => {
      patterns.add(regex);
      answers.clear();
    },
    learn: (regex) => void regexes.add(regex),
    get hidden() {
      return hidden;
    },
  };
}
