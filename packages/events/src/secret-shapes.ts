/**
 * Secrets by their shape, hidden in any text of a log: user information of URLs, keys of clouds,
 * tokens, private keys, `password=` pairs.
 */
import { redactedText } from "./redact-properties.ts";

interface Shape {
  /** Cheap: a text without this has no such secret. */
  readonly hint: RegExp;
  readonly secret: RegExp;
  /** What stands for the match; undefined keeps it. */
  readonly shown: (groups: readonly string[]) => string | undefined;
}

/**
 * Words in a key that make its value a secret, beyond Spark's own
 * `secret|password|token|access[.]?key`.
 */
const KEY =
  "pass(?:word|wd|phrase|code)|pwd|secret|token|credential|api[._-]?key|access[._-]?key|account[._-]?key|" +
  "private[._-]?key|shared[._-]?key|encryption[._-]?key|client[._-]?key|sas[._-]?(?:key|token)|signature";

const keyWord = new RegExp(`${KEY}|(?:^|[._-])(?:sas|sig|key)$`, "i");

/**
 * A name before `@` that is a container or an endpoint, and no user: `abfss://logs@account…`,
 * `spark://Worker@host`.
 */
const NAMES_A_PLACE = /^(?:abfss?|wasbs?|spark|akka(?:\.\w+)?|s3[an]?|gs|hdfs):/i;

/** Every part is bounded, so that no text takes longer than in proportion to its length. */
const SHAPES: readonly Shape[] = [
  {
    hint: /BEGIN/,
    secret:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
    shown: () => redactedText,
  },
  {
    // `scheme://user:pass@host`, `redis://:pass@host`; the password may hold @ and /.
    hint: /:\/\/[^\s]{0,600}@/,
    secret:
      /([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/:@"'<>]{0,200}):(?!\d{1,5}[/?#,])([^\s"'<>]{1,500})@(?=[^\s@]{1})/gi,
    shown: ([scheme = "", user = ""]) => `${scheme}${user}:${redactedText}@`,
  },
  {
    hint: /:\/\/[^\s]{0,600}@/,
    secret: /([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/:@"'<>*]{8,500})@(?=[^\s@]{1})/gi,
    shown: ([scheme = ""]) =>
      NAMES_A_PLACE.test(scheme) ? undefined : `${scheme}${redactedText}@`,
  },
  {
    hint: /jdbc:oracle/i,
    secret: /(jdbc:oracle:\w{1,20}:[^\s/@]{1,200}\/)([^\s@]{1,200})@/gi,
    shown: ([head = ""]) => `${head}${redactedText}@`,
  },
  {
    hint: /A[KS]IA/,
    secret: /\bA(?:KIA|SIA)[0-9A-Z]{16}\b/g,
    shown: () => redactedText,
  },
  {
    hint: /sig=|signature=|credential=|security-token=/i,
    secret:
      /([?&;](?:sig|signature|x-(?:amz|goog)-(?:signature|credential|security-token))=)[^&\s"';]{1,4000}/gi,
    shown: ([head = ""]) => `${head}${redactedText}`,
  },
  {
    hint: /bearer|basic|authorization/i,
    secret: /\b((?:bearer|basic|authorization:)\s{1,4}(?:bearer\s|basic\s)?)[\w.~+/=-]{8,4000}/gi,
    shown: ([head = ""]) => `${head}${redactedText}`,
  },
  {
    hint: /eyJ|gh[pousr]_|github_pat_|xox[abprs]-|AIza|dapi|glpat-|sk-|==/,
    secret:
      /\beyJ[\w-]{10,2000}\.[\w-]{10,4000}(?:\.[\w-]{0,2000})?|\bgh[pousr]_\w{20,255}|\bgithub_pat_\w{20,255}|\bxox[abprs]-[\w-]{10,255}|\bAIza[\w-]{35}|\bdapi[0-9a-f]{32}|\bglpat-[\w-]{20,64}|\bsk-[\w-]{20,200}|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/g,
    shown: () => redactedText,
  },
  {
    // `password=x`, `"apiKey": "x"`, `--token x`
    hint: keyHint(),
    secret: new RegExp(
      `((?:${KEY})[\\w.-]{0,60}["']?\\s{0,4}(?:=>?|:)\\s{0,4}["']?|--?[\\w-]{0,40}(?:${KEY})[\\w-]{0,40}\\s{1,4}["']?)` +
        `([^\\s"',;&)}\\]]{1,4000})`,
      "gi",
    ),
    shown: ([head = "", value = ""]) => (isNoSecret(value) ? undefined : `${head}${redactedText}`),
  },
];

function keyHint(): RegExp {
  return /pass|pwd|secret|token|credential|key|signature/i;
}

/** Switches and counts are settings, and what is hidden already stays as it is. */
function isNoSecret(value: string): boolean {
  return /^(?:true|false|null|none|\d{1,6}|\*+.*)$/i.test(value);
}

/**
 * A setting whose key alone makes its value a secret; Spark's own keys are `redactProperties`'
 * part.
 */
export function isSecretKey(key: string, value: string): boolean {
  return keyWord.test(key) && !isNoSecret(value);
}

/**
 * The text with every secret that has a known shape replaced by Spark's own `*********(redacted)`.
 */
export function hideSecretShapes(text: string): string {
  let shown = text;
  for (const { hint, secret, shown: replacement } of SHAPES) {
    if (!hint.test(shown)) continue;
    shown = shown.replace(secret, (whole: string, ...rest: unknown[]) => {
      const groups = rest.filter((group): group is string => typeof group === "string");
      return replacement(groups.slice(0, -1)) ?? whole;
    });
  }
  return shown;
}
