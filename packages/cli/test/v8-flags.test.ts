/** A flag that V8 does not know is a line on standard error at every start. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { v8Flags } from "../src/v8-flags.ts";

test("this V8 knows each flag that it is told", () => {
  const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  for (const flag of v8Flags(process.versions.v8)) expect(known).toContain(` ${nameOf(flag)} (`);
});

test("Node 22 and 24 are not told what they have no flag for", () => {
  expect(v8Flags("11.3.244.8-node.30").map(nameOf)).toContain("--interrupt-budget");
  for (const version of ["12.4.254.21-node.57", "13.6.233.10-node.28"])
    expect(v8Flags(version).map(nameOf)).not.toContain("--interrupt-budget");
});

function nameOf(flag: string): string {
  return flag.slice(0, flag.indexOf("="));
}
