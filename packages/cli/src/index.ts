/** What can be imported from the command: run it inside another program, on a host of your own. */
export { type ExitCode, exitCode } from "./exit-code.ts";
export { type Host, type Output, processHost } from "./host.ts";
export { main } from "./main.ts";
