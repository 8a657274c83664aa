/** The condition that keeps a question to one application. */
import { sqlText } from "../sql/literal.ts";

export function conditionOn(application: {
  readonly appId: string;
  readonly attemptId: string;
}): string {
  const { appId, attemptId } = application;
  return `app_id = ${sqlText(appId)} and attempt_id = ${sqlText(attemptId)}`;
}
