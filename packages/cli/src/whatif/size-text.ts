/**
 * How much memory is enough, as a person reads it: a line a promise, with the band in which it
 * begins to hold.
 */
import type { SizeAnswer } from "@respark/report";
import type { Style } from "../terminal/style.ts";
import { textTable } from "../terminal/text-table.ts";

export function sizeText(answers: readonly SizeAnswer[], style: Style): string {
  const lines = answers.flatMap((answer) => answerLines(answer, style));
  if (answers.length > 1) {
    const sizes = answers.map(({ recommended }) => recommended);
    const values = sizes.flatMap((size) => (size === null ? [] : [Number.parseInt(size, 10)]));
    if (values.length === sizes.length)
      lines.push(
        style.bold(
          `${answers[0]?.knob ?? ""}=${Math.max(...values)}m keeps them in all ${answers.length} runs.`,
        ),
      );
  }
  return `${lines.join("\n")}\n`;
}

function answerLines(answer: SizeAnswer, style: Style): string[] {
  const lines = [style.bold(`${answer.app_id} · ${answer.knob} was ${answer.base}`), ""];
  if (!answer.self_check.passed)
    lines.push(
      "Self-check: simulated as it was, the run does not give all of its own numbers; what it misses is graded down.",
      "",
    );
  lines.push(
    ...textTable(
      [
        { title: "promise", align: "left" },
        { title: "least size", align: "right" },
        { title: "broken until", align: "right" },
        { title: "broken there", align: "right" },
        { title: "grade", align: "left" },
      ],
      answer.promises.map(({ promise, recommended, p95, broken, draws, grade }) => [
        promise,
        recommended ?? (grade === "D" ? "not foretold" : "none tried"),
        p95 ?? "",
        recommended === null ? "" : `${broken} of ${draws}`,
        grade,
      ]),
    ),
    "",
  );
  const reasons = new Set(answer.promises.flatMap(({ reason }) => reason ?? []));
  for (const reason of reasons) lines.push(`Less sure because ${reason}.`);
  const isForetold = answer.promises.every(({ grade }) => grade !== "D");
  lines.push(
    answer.recommended === null
      ? isForetold
        ? "At least one promise is kept at no size tried."
        : "At least one promise is not foretold: no size is recommended."
      : `All of them are kept from ${answer.knob}=${answer.recommended} on, as far as simulated runs tell.`,
  );
  if (answer.recommended !== null && Number.parseInt(answer.recommended, 10) < had(answer))
    lines.push("Whether a smaller heap holds the objects of user code is not foretold.");
  lines.push("");
  return lines;
}

/** MiB */
function had({ base }: SizeAnswer): number {
  return Number.parseInt(base, 10);
}
