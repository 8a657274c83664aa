/** CSV as RFC 4180 has it, exact; NULL is an empty field, an empty text is `""`. */
import { cellText, printable } from "./cell.ts";
import type { ResultFormat } from "./result-format.ts";

export const csv: ResultFormat = async function* (columns, batches, { forTerminal = false }) {
  const field = (text: string | null): string => {
    if (text === null) return "";
    const shown = forTerminal ? printable(text) : text;
    return shown === "" || /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  yield `${columns.map(({ name }) => field(name)).join(",")}\n`;
  for await (const batch of batches) {
    yield batch.map((row) => `${row.map((value) => field(cellText(value))).join(",")}\n`).join("");
  }
};
