/** Which applications a database holds, and which one was asked for. */
import { type Ask, rowsFrom, sqlText } from "@respark/report";
import { exitCode } from "../exit-code.ts";
import type { ApplicationOptions } from "../options.ts";
import { UserError } from "../user-error.ts";

export interface ApplicationKey {
  readonly appId: string;
  readonly attemptId: string;
}

export async function applicationsIn(ask: Ask): Promise<ApplicationKey[]> {
  const inOrder = "order by started_at, app_id, attempt_id";
  const rows = await rowsFrom(ask, "applications", ["app_id", "attempt_id"], inOrder);
  return rows.map((row) => ({ appId: row.app_id, attemptId: row.attempt_id }));
}

/** A condition on app_id and attempt_id; undefined where all applications are meant. */
export async function conditionOf(
  ask: Ask,
  { app, attempt }: ApplicationOptions,
): Promise<string | undefined> {
  if (app === undefined) {
    if (attempt === undefined) return undefined;
    throw new UserError("--attempt goes with --app: name the application too");
  }
  const known = await applicationsIn(ask);
  const meant = known.filter(
    ({ appId, attemptId }) => appId === app && (attempt === undefined || attemptId === attempt),
  );
  if (meant.length === 0) {
    const which = attempt === undefined ? app : `${app} attempt ${attempt}`;
    throw new UserError(
      `no application ${which} in this database; it has ${listed(known)}`,
      exitCode.askedWrongly,
    );
  }
  const itself = `app_id = ${sqlText(app)}`;
  return attempt === undefined ? itself : `${itself} and attempt_id = ${sqlText(attempt)}`;
}

const LISTED = 20;

/** `app-1, app-2 attempt 2 and 7 more`, for a sentence. */
export function listed(applications: readonly ApplicationKey[]): string {
  if (applications.length === 0) return "none";
  const names = applications
    .slice(0, LISTED)
    .map(({ appId, attemptId }) => (attemptId === "1" ? appId : `${appId} attempt ${attemptId}`));
  const rest = applications.length - names.length;
  return `${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
