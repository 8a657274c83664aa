/** Every command, in the order `--help` lists them. */
import type { AddCommand } from "./command.ts";
import { addInspect } from "./inspect.ts";
import { addReplay } from "./replay.ts";

export const commands: readonly AddCommand[] = [addReplay, addInspect];
