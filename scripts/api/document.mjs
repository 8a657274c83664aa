/**
 * API pages of the three libraries, from their doors: `pnpm docs:api` writes out/api as Markdown,
 * and fails where an export has no docstring or a link leads nowhere.
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const doors = { core: ["index"], events: ["index"], report: ["index", "checks"] };
let failed = 0;
for (const [name, entries] of Object.entries(doors)) {
  const source = join(root, "packages", name);
  const { status } = spawnSync(
    join(here, "node_modules/.bin/typedoc"),
    [
      ...entries.flatMap((entry) => ["--entryPoints", join(source, "src", `${entry}.ts`)]),
      "--tsconfig",
      join(source, "tsconfig.json"),
      "--out",
      join(root, "out", "api", name),
    ],
    { cwd: here, stdio: "inherit" },
  );
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
