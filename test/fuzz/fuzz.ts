/**
 * Runs seeded cases for some time, one worker process at a time; a case over its budget is a hang.
 */
import { type ChildProcess, fork } from "node:child_process";

export interface FuzzOptions {
  readonly seed: number;
  readonly millis: number;
  /** first case, and how many at most */
  readonly first?: number;
  readonly most?: number;
  /** of one case */
  readonly budgetMillis?: number;
  readonly keep?: boolean;
  readonly onCase?: (outcome: CaseOutcome) => void;
}

export interface CaseOutcome {
  readonly number: number;
  readonly story: string;
  readonly failures: readonly string[];
}

export interface FuzzResult {
  readonly cases: number;
  readonly failed: readonly CaseOutcome[];
}

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, millis, first = 0, most = Infinity, budgetMillis = 30_000, keep = false } = options;
  const until = Date.now() + millis;
  const failed: CaseOutcome[] = [];
  let worker: ChildProcess | undefined;
  let number = first;
  try {
    while (Date.now() < until && number < first + most) {
      worker ??= startWorker();
      const outcome = await oneCase(worker, { seed, number, keep }, budgetMillis);
      if (worker.exitCode !== null || worker.signalCode !== null) worker = undefined;
      options.onCase?.(outcome);
      if (outcome.failures.length > 0) failed.push(outcome);
      number++;
    }
  } finally {
    worker?.kill();
  }
  return { cases: number - first, failed };
}

function startWorker(): ChildProcess {
  return fork(new URL("./worker.ts", import.meta.url), {
    execArgv: ["--conditions=@respark/source", "--import", "tsx", "--max-old-space-size=768"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

function oneCase(
  worker: ChildProcess,
  request: { readonly seed: number; readonly number: number; readonly keep: boolean },
  budgetMillis: number,
): Promise<CaseOutcome> {
  const { number } = request;
  return new Promise((resolve) => {
    let said = "";
    const end = (outcome: CaseOutcome): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      worker.stderr?.removeAllListeners();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      worker.once("exit", () => {
        end({ number, story: "", failures: [`hang: more than ${budgetMillis / 1000} s`] });
      });
      worker.kill("SIGKILL");
    }, budgetMillis);
    worker.stderr?.on("data", (text: Buffer) => {
      said = (said + text.toString()).slice(-3000);
    });
    worker.once("exit", (code, signal) => {
      end({ number, story: "", failures: [`the process died: ${code ?? signal}: ${said}`] });
    });
    worker.once("message", (message: CaseOutcome) => {
      end(message);
    });
    worker.send(request);
  });
}
