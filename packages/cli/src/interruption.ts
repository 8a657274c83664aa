/** Ctrl-C, turned into an error at the next step of a long piece of work, so that it is cleaned up behind. */
import type { Host } from "./host.ts";
import { Interrupted } from "./user-error.ts";

/** `work` calls what it is given between its steps: it throws once Ctrl-C was pressed. */
export async function untilInterrupted<Result>(
  host: Host,
  work: (carryOn: () => void) => Promise<Result>,
): Promise<Result> {
  let interrupted = false;
  const stopListening = host.onInterrupt(() => {
    interrupted = true;
  });
  try {
    return await work(() => {
      if (interrupted) throw new Interrupted();
    });
  } finally {
    stopListening();
  }
}
