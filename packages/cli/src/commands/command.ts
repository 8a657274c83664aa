/**
 * What every command has in common: how it joins the program, and the options that are everywhere.
 */
import { type Command, InvalidArgumentError } from "commander";
import type { Host } from "../host.ts";
import { UserError } from "../user-error.ts";

/**
 * Adds one command to the program. Heavy imports wait until its action runs, so that `--help` stays
 * fast.
 */
export type AddCommand = (program: Command, host: Host) => void;

export function withEverywhereOptions(command: Command): Command {
  return command
    .hook("preAction", (_, called) => {
      refuseNothing(called);
    })
    .option("--json", "print the result as JSON, for machines")
    .option("--quiet", "no progress and no remarks on standard error");
}

export function withApplicationOptions(command: Command): Command {
  return command
    .option("--app <id>", "the application to look at, where the database holds several")
    .option("--attempt <n>", "its attempt");
}

/** How times and lines of executor logs are to be read; the same for all that read logs. */
export const TIME_ZONE = [
  "--time-zone <zone>",
  "zone of the executor logs' times, where no event log tells (Europe/Berlin, UTC-5)",
] as const;
export const LOG_PATTERN = [
  "--log-pattern <pattern>",
  "log4j pattern of the executor logs, where it cannot be learned from them",
] as const;

/** `-o ""` is what a script says whose variable is not set: it names nothing. */
function refuseNothing(command: Command): void {
  for (const option of command.options) {
    if (command.getOptionValue(option.attributeName()) === "") {
      throw new UserError(`${option.long ?? option.flags} is empty: it names nothing`);
    }
  }
  for (const [index, argument] of command.registeredArguments.entries()) {
    const given: unknown = command.processedArgs[index];
    if (given === "" || (Array.isArray(given) && given.includes(""))) {
      throw new UserError(`<${argument.name()}> is empty: it names nothing`);
    }
  }
}

/** For commander: one of a list of words, named in the message when it is none of them. */
export function oneOf<Word extends string>(words: readonly Word[]): (given: string) => Word {
  return (given) => {
    const word = words.find((known) => known === given);
    if (word === undefined) throw new InvalidArgumentError(`It can be ${words.join(", ")}.`);
    return word;
  };
}

/** For commander: a count, from 1 to 256. */
export function smallCount(given: string): number {
  const count = Number(given);
  if (!/^\d+$/.test(given) || count < 1 || count > 256) {
    throw new InvalidArgumentError("It is a whole number from 1 to 256.");
  }
  return count;
}
