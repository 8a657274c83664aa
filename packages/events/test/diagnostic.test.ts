/** Diagnostics stay bounded, countable and safe to print. */
import { expect, test } from "vitest";
import { DiagnosticLog, safeMessage } from "../src/diagnostic.ts";

test("a hundred thousand bad lines are twenty rows and a count", () => {
  const log = new DiagnosticLog();
  for (let line = 1; line <= 100_000; line++) {
    log.report({
      sourceFileId: 1,
      line,
      code: "malformed_json",
      severity: "warning",
      message: `line ${line}`,
    });
  }
  log.report({
    sourceFileId: 2,
    code: "malformed_json",
    severity: "warning",
    message: "other file",
    count: 5,
  });
  const rows = log.rows();
  expect(rows).toHaveLength(22);
  expect(rows[20]).toMatchObject({ line: 21, count: 100_000 - 20 });
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(100_005);
});

test("a million files with a trouble each do not fill the memory", () => {
  const log = new DiagnosticLog();
  for (let sourceFileId = 1; sourceFileId <= 60_000; sourceFileId++) {
    log.report({ sourceFileId, code: "empty_file", severity: "info", message: "empty" });
  }
  const rows = log.rows();
  expect(rows.length).toBeLessThan(50_100);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(60_000);
});

test("a message cannot move a terminal's cursor, hide text or go on for ever", () => {
  expect(safeMessage("a\u001b[2Jb\r\nc\u202ed")).toBe("a\\u{1b}[2Jb\\u{d}\\u{a}c\\u{202e}d");
  expect(safeMessage("x".repeat(10_000))).toHaveLength(500);
});
