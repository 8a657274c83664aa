/** The condition that keeps a question, or one table of it, to one application. */
import { sqlText } from "../sql/literal.ts";

export function conditionOn(
  { appId, attemptId }: { readonly appId: string; readonly attemptId: string },
  table?: string,
): string {
  const of = table === undefined ? "" : `${table}.`;
  return `${of}app_id = ${sqlText(appId)} and ${of}attempt_id = ${sqlText(attemptId)}`;
}
