/** How the user called us, so that the commands we propose can be copied as they stand. */
import type { Host } from "./host.ts";

export function calledAs({ env }: Host): string {
  const launcher = env["RESPARK_COMMAND"];
  if (launcher !== undefined && launcher !== "") return launcher;
  switch (env["npm_lifecycle_event"]) {
    case "start":
    case "respark":
      return "npx -y pnpm@10 --silent respark";
    case "npx":
      return "npx respark";
    default:
      return "respark";
  }
}
