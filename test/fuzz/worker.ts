/// <reference types="node" />
/** Runs cases in a process of its own, which may hang or die without the one that counts. */
import { runCase } from "./run-case.ts";

process.on("message", (message: { seed: number; number: number; keep: boolean }) => {
  void runCase(message.seed, message.number, message.keep).then((result) => {
    process.send?.({ number: message.number, ...result });
  });
});
