/** Commands to go on with, ready to be copied. */
import { printableLine } from "@respark/core";
import { shellWord } from "@respark/report";
import type { Style } from "../terminal/style.ts";

export interface TextPlace {
  /** the database as the user named it; undefined: logs, of which nothing is left to ask */
  readonly database: string | undefined;
  /** the command as it was called */
  readonly command: string;
  /** options that name the application, with a leading blank; empty where the database holds one */
  readonly application: string;
  readonly columns: number;
  readonly style: Style;
}

export interface Next {
  readonly why: string;
  readonly command: "explain" | "query";
  readonly argument: string;
}

/** undefined: there is no database to ask. */
export function commandLine({ command, argument }: Next, place: TextPlace): string | undefined {
  if (place.database === undefined) return undefined;
  const application = command === "explain" ? place.application : "";
  return printableLine(
    `${place.command} ${command} ${shellWord(place.database)} ${argument}${application}`,
  );
}
