/** A value as the text of a cell. */
import type { QueryValue } from "../query.ts";
import { jsonValue } from "./json.ts";

/** `null` for NULL; lists and records as JSON. */
export function cellText(value: QueryValue): string | null {
  if (value === null) return null;
  if (typeof value === "object") return jsonValue(value);
  return String(value);
}
