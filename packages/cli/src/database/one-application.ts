/** The one application a question is about: the only one, or the one that was named. */
import type { Ask } from "@respark/report";
import type { ApplicationOptions } from "../options.ts";
import { UserError } from "../user-error.ts";
import { type ApplicationKey, applicationsIn, listed } from "./applications.ts";

export async function oneApplication(
  ask: Ask,
  named: string,
  { app, attempt }: ApplicationOptions,
): Promise<ApplicationKey> {
  if (app === undefined && attempt !== undefined) {
    throw new UserError("--attempt goes with --app: name the application too");
  }
  const known = await applicationsIn(ask);
  const meant = known.filter(
    ({ appId, attemptId }) =>
      (app === undefined || appId === app) && (attempt === undefined || attemptId === attempt),
  );
  const [only, ...others] = meant;
  if (only === undefined) {
    throw new UserError(
      `no application ${app ?? ""}${attempt === undefined ? "" : ` attempt ${attempt}`} in ${named}; it has ${listed(known)}`,
    );
  }
  if (others.length > 0) {
    const flags = app === undefined ? "--app" : "--attempt";
    throw new UserError(
      `${named} holds ${meant.length} ${app === undefined ? "applications" : "attempts"}: name one with ${flags}: ${listed(meant)}`,
    );
  }
  return only;
}
