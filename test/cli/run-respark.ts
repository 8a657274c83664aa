/**
 * Runs the command in this process, on the real machine but with its own arguments and both outputs
 * caught.
 */
import { type ExitCode, type Host, main, type Output, processHost } from "@respark/cli";

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

const machine = processHost();

export async function respark(args: readonly string[], host: Partial<Host> = {}): Promise<Ran> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const code = await main({
    ...machine,
    args,
    env: {},
    stdout: caught(stdout),
    stderr: caught(stderr),
    ...host,
  });
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** A replay that must go well, before the tests. */
export async function replayed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await respark(["replay", ...args]);
  if (code !== 0) throw new Error(`replay ${args.join(" ")} ended with ${code}: ${stderr}`);
}

function caught(into: string[]): Output {
  return {
    isTerminal: false,
    columns: 100,
    write: (text) => {
      into.push(typeof text === "string" ? text : new TextDecoder().decode(text));
      return Promise.resolve();
    },
  };
}
