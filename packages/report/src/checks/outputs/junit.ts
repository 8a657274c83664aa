/** A result as JUnit XML: a test case a check, so that any CI server lists and trends it. */
import type { GateResult, Verdict } from "../check.ts";
import {
  circumstances,
  headline,
  nameOf,
  type Place,
  plain,
  questionOf,
  statusInWords,
  wayOut,
} from "./words.ts";
import { element, type XmlNode, xmlText } from "./xml.ts";

/** Follows the schema of Jenkins's xUnit plugin (junit-10.xsd), the strictest that servers use. */
export function junitText(result: GateResult, place: Place): string {
  const cases = [...preconditions(result), ...result.verdicts.map((one) => testCase(one, place))];
  const counts = {
    tests: String(cases.length),
    failures: String(cases.filter(({ kind }) => kind === "failure").length),
    errors: String(cases.filter(({ kind }) => kind === "error").length),
    skipped: String(cases.filter(({ kind }) => kind === "skipped").length),
  };
  const { application } = result.run;
  const suite = element(
    "testsuite",
    {
      name: plain(`respark ${application.name ?? application.appId}`),
      ...counts,
      time: "0",
    },
    [
      element("properties", {}, [
        property("app_id", application.appId),
        property("attempt_id", application.attemptId),
        property("spark_version", application.sparkVersion ?? ""),
        property("evidence_level", application.evidenceLevel ?? ""),
        property("outcome", result.outcome),
      ]),
      ...cases.map(({ node }) => node),
      element("system-out", {}, [
        [headline(result), ...circumstances(result, place).map((line) => line.join(": "))].join(
          "\n",
        ),
      ]),
    ],
  );
  const { skipped: _, ...sums } = counts;
  return xmlText(element("testsuites", { name: "respark check", ...sums }, [suite]));
}

interface TestCase {
  readonly kind: "success" | "failure" | "error" | "skipped";
  readonly node: XmlNode;
}

/**
 * Whether there is enough to judge by is a case of its own: a run that cannot be judged is no
 * success.
 */
function preconditions(result: GateResult): TestCase[] {
  const different = result.differences
    .filter(({ allowed }) => !allowed)
    .map(({ name, baseline, run }) => `${name}: ${baseline ?? "unset"} → ${run ?? "unset"}`);
  return [
    precondition("comparable", different, wayOut(result)),
    precondition(
      "evidence",
      result.outcome === "too_little_evidence" ? result.evidence : [],
      undefined,
    ),
  ];
}

function precondition(
  name: string,
  reasons: readonly string[],
  hint: string | undefined,
): TestCase {
  const attributes = { classname: "respark.run", name, time: "0" };
  if (reasons.length === 0) return { kind: "success", node: element("testcase", attributes) };
  const said = reasons.map(plain);
  const node = element("error", { message: said.join("; "), type: name }, [
    [...said, ...(hint === undefined ? [] : [hint])].join("\n"),
  ]);
  return { kind: "error", node: element("testcase", attributes, [node]) };
}

function testCase(verdict: Verdict, place: Place): TestCase {
  const { status, subject, title, executor, causes } = verdict;
  const sentence = plain(verdict.sentence);
  const question = questionOf(verdict, place);
  const attributes = {
    classname: classOf(verdict, executor, subject),
    name: plain(`${verdict.check} (${title})`),
    time: "0",
  };
  const story = [
    sentence,
    ...causes.map((cause) => `- ${plain(cause)}`),
    ...(question === undefined ? [] : [`ask on: ${question}`]),
  ].join("\n");
  switch (status) {
    case "fail": {
      const failure = element("failure", { message: sentence, type: verdict.check }, [story]);
      return { kind: "failure", node: element("testcase", attributes, [failure]) };
    }
    case "not_measured":
    case "not_compared":
    case "ignored": {
      const skipped = element("skipped", { message: `${statusInWords(status)}: ${sentence}` });
      return { kind: "skipped", node: element("testcase", attributes, [skipped]) };
    }
    default: {
      const said =
        status === "pass" ? sentence : `${statusInWords(status)}: ${nameOf(verdict)}: ${story}`;
      const node = element("testcase", attributes, [element("system-out", {}, [said])]);
      return { kind: "success", node };
    }
  }
}

function property(name: string, value: string): XmlNode {
  return element("property", { name, value: plain(value) });
}

/** Servers make a tree of the dots, so a subject must not bring its own. */
function classOf(
  { file }: Verdict,
  executor: string | undefined,
  subject: string | undefined,
): string {
  if (file !== undefined) return "respark.own";
  if (subject !== undefined) return `respark.${plain(subject).replaceAll(".", "·")}`;
  return executor === undefined
    ? "respark.application"
    : `respark.executor ${plain(executor).replaceAll(".", "·")}`;
}
