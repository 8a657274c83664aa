/**
 * Ends this process where one piece of its work takes too long or too much memory, whatever it is
 * doing: on a thread of its own, since a replay that hangs answers no message.
 */
import { memoryUsage } from "node:process";
import { Worker } from "node:worker_threads";

export interface WorkLimits {
  readonly seconds: number;
  /** of resident memory */
  readonly megabytes: number;
}

export interface Watchdog {
  /** A piece of work begins. */
  begin(): void;
  /** It is done; whether so much memory is held now that the next one had better begin anew. */
  end(): boolean;
  close(): Promise<void>;
}

/** What is written to standard error before the end is why. */
const WATCH = `
const { parentPort, workerData: { seconds, megabytes } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { kill, memoryUsage, pid } = require("node:process");
let began;
parentPort.on("message", (isAtWork) => {
  began = isAtWork ? performance.now() : undefined;
});
setInterval(() => {
  if (began === undefined) return;
  const held = memoryUsage.rss() >> 20;
  const isLate = performance.now() - began > seconds * 1000;
  if (!isLate && held <= megabytes) return;
  writeSync(2, isLate
    ? "stopped after " + seconds + " s (--seconds)\\n"
    : "stopped at " + held + " MB of memory (--memory " + megabytes + ")\\n");
  kill(pid, "SIGKILL");
}, 100);
`;

export function startWatchdog(limits: WorkLimits): Watchdog {
  const worker = new Worker(WATCH, { eval: true, workerData: limits });
  worker.unref();
  return {
    begin: () => {
      worker.postMessage(true);
    },
    end: () => {
      worker.postMessage(false);
      return memoryUsage.rss() / 2 ** 20 > limits.megabytes / 2;
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
