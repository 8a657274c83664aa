/** A process that answers a line with a line: how a long piece of work uses more than one core. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Worker {
  /** One question at a time; undefined: it ended. */
  ask(line: string): Promise<string | undefined>;
  /** Ends it, whatever it does. */
  stop(): void;
}

/** What it says on standard error goes to ours. */
export function startWorker([program = "", ...args]: readonly string[]): Worker {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  let answer: (line: string | undefined) => void = () => undefined;
  let ended = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    answer(line);
  });
  const end = (): void => {
    ended = true;
    answer(undefined);
  };
  child.on("error", end);
  child.on("close", end);
  // It may end while it is asked; `close` tells.
  child.stdin.on("error", () => undefined);
  return {
    ask: (line) =>
      new Promise((resolve) => {
        if (ended) {
          resolve(undefined);
          return;
        }
        answer = resolve;
        child.stdin.write(`${line}\n`);
      }),
    stop: () => {
      child.kill("SIGKILL");
    },
  };
}
