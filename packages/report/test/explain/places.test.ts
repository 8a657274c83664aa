/**
 * A row's line is named in the file that a person opens: of a rolled or rotated log, the part that
 * holds it.
 */
import { expect, test } from "vitest";
import { Investigation, LINE } from "../../src/explain/investigation.ts";
import { openDatabase } from "../../src/index.ts";
import { known } from "../../src/sql/typed-rows.ts";
import { replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

test("a line of a rotated log is counted in its own part", async () => {
  const whole = {
    ...rowsByHand.source_files,
    sourceFileId: 9,
    path: "/logs/app-1",
    parts: undefined,
  };
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("source_files", {
      ...rowsByHand.source_files,
      sourceFileId: 8,
      parts: "1 /logs/stderr.1\n401 /logs/stderr",
    });
    emit("source_files", whole);
  });
  const database = await openDatabase(path);
  try {
    const investigation = await Investigation.of(database, { appId: "app-1", attemptId: "1" });
    const at = (file: number, line: number) => ({
      row: known([{ source_file_id: file, source_line: line }], LINE)[0],
      says: "",
    });
    const places = investigation.places([at(8, 400), at(8, 401), at(9, 500), at(7, 1)]);
    expect(places.map((place) => [place.path, place.line])).toEqual([
      ["/logs/stderr.1", 400],
      ["/logs/stderr", 1],
      ["/logs/app-1", 500],
    ]);
  } finally {
    database.close();
  }
});
