/**
 * Ctrl-C, a polite kill or a closed terminal, turned into an error at the next step of a long piece
 * of work, so that it is cleaned up behind.
 */
import { exitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import { Interrupted } from "./user-error.ts";

/** How long a step may go on after a signal, before the process ends in the middle of it. */
const GRACE_MILLIS = 600;

export interface Interruption {
  /** For between the steps: throws an Interrupted once a signal came. */
  readonly carryOn: () => void;
  /**
   * A file or folder of ours that must not stay, should the process end in the middle of a step.
   */
  readonly leavesBehind: (path: string) => void;
}

/**
 * Where a question is running the module is there already; no command waits for it at its start.
 */
async function stop(): Promise<void> {
  const { interruptQueries } = await import("@respark/report");
  interruptQueries();
}

/** Hosts on which a piece of work ends by itself once a signal came. */
const endingThemselves = new WeakSet<Host>();

/**
 * Ends the process as soon as a signal comes, with its files removed, unless work is done that ends
 * by itself.
 */
export async function endingOnSignal<Result>(
  host: Host,
  work: () => Promise<Result>,
): Promise<Result> {
  const stopListening = host.onInterrupt(() => {
    if (!endingThemselves.has(host))
      host.endAfter(0, { code: exitCode.interrupted, paths: [], stop });
  });
  try {
    return await work();
  } finally {
    stopListening();
  }
}

/**
 * The work ends within a second of a signal: by itself at its next step, or else the process does,
 * with its files removed.
 */
export async function untilInterrupted<Result>(
  host: Host,
  work: (interruption: Interruption) => Promise<Result>,
): Promise<Result> {
  let interrupted = false;
  const behind: string[] = [];
  let stopWaiting = (): void => {};
  const stopListening = host.onInterrupt(() => {
    interrupted = true;
    stopWaiting = host.endAfter(GRACE_MILLIS, {
      code: exitCode.interrupted,
      paths: behind,
      stop,
    });
  });
  endingThemselves.add(host);
  try {
    const carryOn = (): void => {
      if (interrupted) throw new Interrupted();
    };
    const result = await work({ carryOn, leavesBehind: (path) => void behind.push(path) });
    // A signal during the last step: what is done is whole, and nothing is done after it.
    carryOn();
    return result;
  } finally {
    endingThemselves.delete(host);
    stopListening();
    stopWaiting();
  }
}
