/** A result as GitHub workflow commands: annotations that show in a pull request and in the log. */
import type { GateResult, Verdict } from "../check.ts";
import { lineOf } from "./sarif.ts";
import { headline, nameOf, type Place, plain, wayOut } from "./words.ts";

/** GitHub shows ten of each kind a step. */
const ANNOTATIONS = 10;

/** A result as GitHub annotations. */
export function githubText(result: GateResult, place: Place): string {
  const lines: string[] = [];
  if (result.outcome === "not_comparable" || result.outcome === "too_little_evidence") {
    const reasons = [
      ...result.differences
        .filter(({ allowed }) => !allowed)
        .map(({ name, baseline, run }) => `${name}: ${baseline ?? "unset"} → ${run ?? "unset"}`),
      ...result.evidence,
    ];
    const way = wayOut(result);
    lines.push(
      command("error", { title: `Memory gate ${headline(result)}` }, [
        ...reasons.map(plain),
        ...(way === undefined ? [] : [way]),
      ]),
    );
  }
  for (const [status, kind] of [
    ["fail", "error"],
    ["warn", "warning"],
    ["inconclusive", "notice"],
  ] as const) {
    const verdicts = result.verdicts.filter((verdict) => verdict.status === status);
    lines.push(
      ...verdicts.slice(0, ANNOTATIONS).map((verdict) => annotation(kind, verdict, place)),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

type Kind = "error" | "warning" | "notice";

function annotation(kind: Kind, verdict: Verdict, { baseline }: Place): string {
  const file = verdict.file ?? baseline?.file;
  return command(
    kind,
    {
      ...(file === undefined ? {} : { file: plain(file) }),
      ...(verdict.file !== undefined || baseline === undefined
        ? {}
        : { line: String(lineOf(verdict, baseline.text)) }),
      title: `${nameOf(verdict)}: ${plain(verdict.title)}`,
    },
    [plain(verdict.sentence), ...verdict.causes.map((cause) => `- ${plain(cause)}`)],
  );
}

function command(
  kind: Kind,
  properties: Readonly<Record<string, string>>,
  lines: readonly string[],
): string {
  const given = Object.entries(properties)
    .map(([name, value]) => `${name}=${propertyText(value)}`)
    .join(",");
  return `::${kind} ${given}::${dataText(lines.join("\n"))}`;
}

/** As @actions/core escapes: a message cannot end, and no second command begin. */
function dataText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function propertyText(text: string): string {
  return dataText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
