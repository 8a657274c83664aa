/** A command and its test. */
import { pascal } from "./names.mjs";

export const command = (name) => ({
  files: {
    [`packages/cli/src/commands/${name}.ts`]: `/** \`respark ${name}\`: what it does, in one line. */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import { withEverywhereOptions } from "./command.ts";

export function add${pascal(name)}(program: Command, host: Host): void {
  withEverywhereOptions(program.command("${name}").description("…"))
    .addHelpText("after", \`
Examples:
  respark ${name}\`)
    // Import packages in here, so that --help stays fast.
    .action(async () => {
      await host.stdout.write("…\\n");
    });
}
`,
    [`test/cli/${name}.test.ts`]: `/** \`respark ${name}\`: what it prints, and how it ends. */
import { expect, test } from "vitest";
import { respark } from "./run-respark.ts";

test("its result goes to standard output", async () => {
  expect(await respark(["${name}"])).toEqual({ code: 0, stdout: "what it prints", stderr: "" });
});

test("what is no option is an error that says so", async () => {
  const { code, stderr } = await respark(["${name}", "--no-such-option"]);
  expect(code).toBe(2);
  expect(stderr).toContain("--no-such-option");
});
`,
  },
  index: {
    path: "packages/cli/src/commands/index.ts",
    imported: `add${pascal(name)}`,
    from: name,
    list: "export const commands:",
    entry: `add${pascal(name)}`,
  },
  left: [
    "what it does: options here, the work in a folder of cli/src (a new folder has a row in test/house.test.ts)",
    "a row in README's table, and its place in the list: the order of --help",
  ],
});
