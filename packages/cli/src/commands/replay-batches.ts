/**
 * `respark replay-batches`: what a task of examples/spark-fleet starts; asked over standard input,
 * and in no help.
 */
import type { Command } from "commander";
import type { Host } from "../host.ts";

export function addReplayBatches(program: Command, host: Host): void {
  program
    .command("replay-batches", { hidden: true })
    .requiredOption("--seconds <n>", "of one batch, after which the process kills itself", Number)
    .requiredOption("--memory <n>", "resident MB beyond which it does", Number)
    .action(async ({ seconds, memory }: { readonly seconds: number; readonly memory: number }) => {
      const { runBatches } = await import("../replay/run-batches.ts");
      await runBatches(host, { seconds, megabytes: memory });
    });
}
