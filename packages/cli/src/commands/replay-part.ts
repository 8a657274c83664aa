/**
 * `respark replay-part`: what `replay --workers` starts; asked over standard input, and in no help.
 */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addReplayPart(program: Command, host: Host): void {
  program.command("replay-part", { hidden: true }).action(async () => {
    const { runPart } = await import("../replay/run-part.ts");
    await sayingMachineTrouble(() => runPart(host));
  });
}
