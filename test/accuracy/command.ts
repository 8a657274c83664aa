/** Runs a program to its end and hands over what it printed. */
import { spawn } from "node:child_process";

export async function run(
  program: string,
  args: readonly string[],
  cwd?: string,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: -1, out, err: error.message }));
    child.on("close", (code) => resolve({ code: code ?? -1, out, err }));
  });
}
