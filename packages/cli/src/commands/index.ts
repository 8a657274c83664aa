/** Every command, in the order `--help` lists them. */
import type { AddCommand } from "./command.ts";

export const commands: readonly AddCommand[] = [];
