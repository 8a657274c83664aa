/**
 * How bad a finding is, in words: that time was lost is said only where the least it cost is more
 * than nothing.
 */
import { counted } from "@respark/core";
import type { Finding, RunVerdict } from "./story.ts";

type Judged = Pick<Finding, "severity" | "costMillis" | "kind">;

/** As a sentence's beginning, and as what a count of them is followed by. */
interface SeverityWords {
  readonly word: string;
  readonly counted: string;
}

const MAYBE: SeverityWords = { word: "Time may have been lost", counted: "may have lost time" };

const WORDS: Readonly<Record<Finding["severity"], SeverityWords>> = {
  dead: { word: "Work was lost", counted: "lost work" },
  slow: { word: "Time was lost", counted: "lost time" },
  risk: { word: "At risk", counted: "at risk" },
  waste: { word: "Memory was wasted", counted: "wasted memory" },
  fine: { word: "Too small to mend", counted: "too small to mend" },
};

/** In the order in which a headline counts them. */
const ORDER: readonly SeverityWords[] = [
  WORDS.dead,
  WORDS.slow,
  MAYBE,
  WORDS.risk,
  WORDS.waste,
  WORDS.fine,
];

/** `Time was lost`, `Time may have been lost`. */
export function severityInWords(finding: Judged): string {
  return wordsOf(finding).word;
}

/** `2 lost time, 1 too small to mend`; of one kind `all lost time`. */
export function severitiesInWords(findings: readonly Judged[]): string {
  const said = ORDER.flatMap((words) => {
    const found = findings.filter((finding) => wordsOf(finding) === words).length;
    return found === 0 ? [] : [{ found, words }];
  });
  return said
    .map(({ found, words }) => `${said.length === 1 ? "all" : found} ${words.counted}`)
    .join(", ");
}

/** Kinds that cost task time where they cost anything: how much may be unknown. */
const COSTLY: ReadonlySet<string> = new Set([
  "evictions",
  "no_room",
  "spills",
  "waits",
  "setting",
  "garbage",
  "lost_executors",
]);

function wordsOf({ severity, kind, costMillis: { best, min, max } }: Judged): SeverityWords {
  const cost = max ?? best ?? min ?? (COSTLY.has(kind) ? 1 : 0);
  return severity === "risk" && cost > 0 ? MAYBE : WORDS[severity];
}

/** The first line of a verdict without findings: what was not looked for is not well. */
export function nothingFound({
  absent,
  unknowable,
}: Pick<RunVerdict, "absent" | "unknowable">): string {
  if (absent.length === 0)
    return "These logs cannot show what was wrong with this run's memory: there was nothing to look for it in.";
  if (unknowable.length > absent.length)
    return `Nothing was found, but these logs show little: ${absent.length} of ${counted(absent.length + unknowable.length, "kind")} of trouble could be looked for.`;
  return "Nothing is wrong with this run's memory, as far as its logs show.";
}
