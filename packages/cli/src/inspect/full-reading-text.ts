/** What reading everything brought to light, for people. */
import { counted, countInWords, printableLine } from "@respark/core";
import { wrapped } from "../terminal/text-table.ts";
import type { FullReading } from "./full-reading.ts";
import type { SurveyPlace } from "./survey-text.ts";

const SHOWN = 20;

export function fullReadingText(reading: FullReading, { columns, style }: SurveyPlace): string {
  const lines = [style.bold(`Read everything: ${counted(reading.observations, "observation")}`)];
  if (reading.unknownLines.length === 0) {
    lines.push("Every line that looks like memory matched a template.");
  } else {
    lines.push(
      ...wrapped(
        `${counted(reading.unknownLines.length, "line")} that look like memory and match no template (numbers aside); please send them, see "Reporting a bug" in the README:`,
        columns,
      ),
      ...reading.unknownLines
        .slice(0, SHOWN)
        .flatMap(({ count, example, path, line }) => [
          `  ${countInWords(count)} × ${printableLine(example)}`,
          style.dim(`      ${printableLine(path ?? "")}:${line ?? ""}`),
        ]),
    );
  }
  if (reading.oddities.length > 0) {
    lines.push(
      style.bold("Odd in the input"),
      ...reading.oddities
        .slice(0, SHOWN)
        .flatMap(({ code, count, example }) =>
          wrapped(
            `  ${countInWords(count)} × ${code}: ${printableLine(example)}`,
            columns,
            "      ",
          ),
        ),
    );
  }
  return `${lines.join("\n")}\n`;
}
