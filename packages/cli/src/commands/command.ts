/** What every command has in common: how it joins the program, and the options that are everywhere. */
import { type Command, InvalidArgumentError } from "commander";
import type { Host } from "../host.ts";

/** Adds one command to the program. Heavy imports wait until its action runs, so that `--help` stays fast. */
export type AddCommand = (program: Command, host: Host) => void;

export function withEverywhereOptions(command: Command): Command {
  return command
    .option("--json", "print the result as JSON, for machines")
    .option("--quiet", "no progress and no remarks on standard error");
}

export function withApplicationOptions(command: Command): Command {
  return command
    .option("--app <id>", "the application to look at, where the database holds several")
    .option("--attempt <n>", "its attempt");
}

/** For commander: one of a list of words, named in the message when it is none of them. */
export function oneOf<Word extends string>(words: readonly Word[]): (given: string) => Word {
  return (given) => {
    const word = words.find((known) => known === given);
    if (word === undefined) throw new InvalidArgumentError(`It can be ${words.join(", ")}.`);
    return word;
  };
}
