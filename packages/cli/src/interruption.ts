/** Ctrl-C, a polite kill or a closed terminal, turned into an error at the next step of a long piece of work, so that it is cleaned up behind. */
import { exitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import { Interrupted } from "./user-error.ts";

/** How long a step may go on after a signal, before the process ends in the middle of it. */
const GRACE_MILLIS = 600;

export interface Interruption {
  /** For between the steps: throws an Interrupted once a signal came. */
  readonly carryOn: () => void;
  /** A file or folder of ours that must not stay, should the process end in the middle of a step. */
  readonly leavesBehind: (path: string) => void;
}

/** The work ends within a second of a signal: by itself at its next step, or else the process does, with its files removed. */
export async function untilInterrupted<Result>(
  host: Host,
  work: (interruption: Interruption) => Promise<Result>,
): Promise<Result> {
  let interrupted = false;
  const behind: string[] = [];
  let stopWaiting = (): void => {};
  const stopListening = host.onInterrupt(() => {
    interrupted = true;
    stopWaiting = host.endAfter(GRACE_MILLIS, exitCode.interrupted, behind);
  });
  try {
    return await work({
      carryOn: () => {
        if (interrupted) throw new Interrupted();
      },
      leavesBehind: (path) => void behind.push(path),
    });
  } finally {
    stopListening();
    stopWaiting();
  }
}
