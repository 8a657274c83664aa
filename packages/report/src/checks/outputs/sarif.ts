/**
 * A result as SARIF 2.1.0: trouble as code-scanning alerts, each at its line of the baseline (or at
 * the own check's file).
 */
import { safeJson } from "@respark/core";
import type { GateResult, Verdict } from "../check.ts";
import { headline, nameOf, type Place, plain, questionOf, wayOut } from "./words.ts";

const SCHEMA =
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** A result as SARIF 2.1.0. */
export function sarifText(result: GateResult, place: Place, version: string): string {
  const trouble = result.verdicts.filter(({ status }) => levelOf(status) !== undefined);
  const rules = rulesOf(trouble);
  const notes = notificationsOf(result);
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "respark",
            semanticVersion: version,
            informationUri: "https://www.npmjs.com/package/@respark/cli",
            rules: rules.map(({ check, title }) => ({
              id: check,
              name: check,
              shortDescription: { text: plain(title) },
              defaultConfiguration: { level: "error" },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: notes.length === 0,
            ...(notes.length === 0 ? {} : { toolExecutionNotifications: notes }),
          },
        ],
        automationDetails: { id: `respark/${slug(result.run.application.name ?? "application")}/` },
        properties: { outcome: result.outcome, headline: headline(result) },
        columnKind: "utf16CodeUnits",
        results: trouble.map((verdict) => ({
          ruleId: verdict.check,
          ruleIndex: rules.findIndex(({ check }) => check === verdict.check),
          level: levelOf(verdict.status),
          message: { text: messageOf(verdict, place) },
          locations: [locationOf(verdict, place)],
          // The same check of the same stage is the same alert, run after run.
          partialFingerprints: { "resparkCheck/v1": nameOf(verdict) },
          properties: {
            status: verdict.status,
            value: verdict.value?.best ?? null,
            limit: verdict.limit ?? null,
          },
        })),
      },
    ],
  };
  return `${safeJson(log, 2)}\n`;
}

function levelOf(status: Verdict["status"]): "error" | "warning" | "note" | undefined {
  switch (status) {
    case "fail":
      return "error";
    case "warn":
      return "warning";
    case "inconclusive":
      return "note";
    default:
      return undefined;
  }
}

function rulesOf(verdicts: readonly Verdict[]): Verdict[] {
  return [...new Map(verdicts.map((verdict) => [verdict.check, verdict])).values()];
}

/** Why there is no verdict: for SARIF that is trouble of the tool's run, not a result. */
function notificationsOf(result: GateResult): unknown[] {
  const way = wayOut(result);
  const sentences = [
    ...result.differences
      .filter(({ allowed }) => !allowed)
      .map(({ name, baseline, run }) => `${name}: ${baseline ?? "unset"} → ${run ?? "unset"}`),
    ...(way === undefined ? [] : [way]),
    ...(result.outcome === "too_little_evidence" ? result.evidence : []),
  ];
  return sentences.map((sentence) => ({ level: "error", message: { text: plain(sentence) } }));
}

function messageOf(verdict: Verdict, place: Place): string {
  const question = questionOf(verdict, place);
  return [
    `${plain(verdict.title)}${verdict.subject === undefined ? "" : ` (${plain(verdict.subject)})`}: ${plain(verdict.sentence)}`,
    ...verdict.causes.map((cause) => `- ${plain(cause)}`),
    ...(question === undefined ? [] : [`Ask on: ${question}`]),
  ].join("\n");
}

function locationOf(verdict: Verdict, { baseline }: Place): unknown {
  const uri = verdict.file ?? baseline?.file ?? "respark.config.json";
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(uri) },
      region: { startLine: verdict.file === undefined ? lineOf(verdict, baseline?.text) : 1 },
    },
  };
}

/** Where the baseline file says what was good. */
export function lineOf({ check, subject }: Verdict, baseline: string | undefined): number {
  if (baseline === undefined) return 1;
  const lines = baseline.split("\n");
  const subjectAt =
    subject === undefined
      ? 0
      : lines.findIndex((line) => line.includes(`${JSON.stringify(subject)}: {`));
  if (subjectAt < 0) return 1;
  const at = lines.findIndex(
    (line, index) => index >= subjectAt && line.trimStart().startsWith(`"${check}": {`),
  );
  return at < 0 ? 1 : at + 1;
}

/** Code scanning wants paths from the repository's root, with forward slashes. */
function relativeUri(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
}

function slug(text: string): string {
  return plain(text)
    .replace(/[^\w.-]+/g, "-")
    .slice(0, 80);
}
