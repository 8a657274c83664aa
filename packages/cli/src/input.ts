/** The logs a command was given: paths that exist, or standard input in a file that can be read twice. */
import { exitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import { UserError } from "./user-error.ts";

export interface Input {
  readonly paths: readonly string[];
  /** As the user named them, for messages. */
  readonly named: string;
  /** The same of one file. */
  nameOf(path: string): string;
  close(): Promise<void>;
}

export async function openInput(host: Host, given: readonly string[]): Promise<Input> {
  if (given.includes("-") && given.length > 1) {
    throw new UserError("standard input (-) is one log or archive by itself: name it alone");
  }
  if (given[0] === "-") {
    const spooled = await host.spoolStdin();
    return {
      paths: [spooled.path],
      named: "standard input",
      nameOf: (path) => path.replace(spooled.path, "-"),
      close: () => spooled.remove(),
    };
  }
  for (const path of given) {
    if ((await host.kindOf(path)) === undefined) {
      throw new UserError(`no such file or directory: ${path}`, exitCode.unreadable);
    }
  }
  return {
    paths: given,
    named: given.join(", "),
    nameOf: (path) => path,
    close: () => Promise.resolve(),
  };
}

/** Why nothing can be done with these paths, in which no Spark application was found. */
export async function noApplication(
  host: Host,
  input: Input,
  filesSeen: readonly { readonly path: string; readonly unread: string | undefined }[],
): Promise<UserError> {
  const [only] = input.paths;
  if (input.paths.length === 1 && only !== undefined && (await host.kindOf(only)) === "directory") {
    if ((await host.list(only)).length === 0) {
      return new UserError(
        `${input.named} is an empty directory: give the one that holds event logs (app-…, eventlog_v2_…) or executor logs`,
        exitCode.unreadable,
      );
    }
  }
  const [file] = filesSeen;
  if (filesSeen.length === 1 && file?.unread !== undefined) {
    return new UserError(
      `no Spark application in ${input.named}: ${file.unread}`,
      exitCode.unreadable,
    );
  }
  return new UserError(
    `no Spark application in ${input.named}: none of its ${filesSeen.length} files is a Spark event log or executor log (respark inspect says what each is)`,
    exitCode.unreadable,
  );
}
