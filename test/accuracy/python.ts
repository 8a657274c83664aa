/** A Python whose `duckdb` reads what respark writes: the system's, or a venv kept in the cache. */
import { join } from "node:path";
import { run } from "./command.ts";

const reads = "import duckdb; assert tuple(map(int, duckdb.__version__.split('.')[:2])) >= (1, 5)";

export async function pythonWithDuckdb(root: string): Promise<string> {
  const venv = join(root, "node_modules/.cache/accuracy-python");
  const own = join(venv, "bin/python");
  for (const python of ["python3", own]) {
    if ((await run(python, ["-c", reads])).code === 0) return python;
  }
  for (const args of [
    ["python3", "-m", "venv", venv],
    [own, "-m", "pip", "install", "--quiet", "duckdb>=1.5"],
  ]) {
    const [program = "", ...rest] = args;
    const { code, err } = await run(program, rest);
    if (code !== 0) throw new Error(`no Python with duckdb >= 1.5: ${err}`);
  }
  return own;
}
