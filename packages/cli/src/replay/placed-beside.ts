/**
 * Applications beside those that a database holds: one that is there is replaced, another of the
 * same id gets an attempt of its own.
 */
import { attemptApart, isSameApplication, type SurveyedApplication } from "@respark/events";
import type { HeldApplication } from "@respark/report";

type ApplicationSigns = Pick<
  HeldApplication,
  "appId" | "attemptId" | "startedMs" | "sparkVersion" | "name"
>;

export function placedBeside(
  held: readonly HeldApplication[],
  applications: readonly SurveyedApplication[],
): SurveyedApplication[] {
  const byId = new Map<string, ApplicationSigns[]>();
  const add = (one: ApplicationSigns): void => {
    const known = byId.get(one.appId);
    if (known === undefined) byId.set(one.appId, [one]);
    else known.push(one);
  };
  for (const one of held) add(one);
  return applications.map((application) => {
    const signs = { ...application, startedMs: application.loggedStartMs };
    const sameId = byId.get(application.appId) ?? [];
    const isTaken = (attemptId: string): boolean =>
      sameId.some((one) => one.attemptId === attemptId);
    const replaced = sameId.find(
      (one) =>
        attemptOf(one.attemptId) === attemptOf(application.attemptId) &&
        isSameApplication(one, signs),
    );
    const attemptId =
      replaced?.attemptId ??
      (isTaken(application.attemptId)
        ? attemptApart(attemptOf(application.attemptId), signs, isTaken)
        : application.attemptId);
    add({ ...signs, attemptId });
    return { ...application, attemptId };
  });
}

/** Without the start that told it from another. */
function attemptOf(attemptId: string): string {
  return attemptId.replace(/-(?:\d{8}T\d{9}Z|other)(?:-\d+)?$/, "");
}
