/**
 * Lines about executors of other applications: a standalone worker and its master serve many. They
 * are left out of this one's rows, and told.
 */
import type { Observation } from "../../observation.ts";
import type { EmitRow } from "../../rows.ts";

/** As many are named. */
const NAMED = 3;

export class OtherApplications {
  readonly #own: string;
  readonly #first = new Map<number, { readonly line: number; readonly ids: Set<string> }>();

  constructor(own: string) {
    this.#own = own;
  }

  /** `appId`: undefined where a line names none, and then it is this one's. */
  isOfAnother(appId: string | undefined, { sourceFileId, line }: Observation): boolean {
    if (appId === undefined || appId === this.#own) return false;
    let seen = this.#first.get(sourceFileId);
    if (seen === undefined) {
      seen = { line, ids: new Set() };
      this.#first.set(sourceFileId, seen);
    }
    seen.ids.add(appId);
    return true;
  }

  write(emit: EmitRow): void {
    for (const [sourceFileId, { line, ids }] of this.#first) {
      const named = [...ids].slice(0, NAMED).join(", ");
      const more = ids.size > NAMED ? ` and ${ids.size - NAMED} more` : "";
      emit("diagnostics", {
        sourceFileId,
        line,
        byteOffset: undefined,
        code: "other_applications",
        severity: "warning",
        message: `the log tells of executors of ${named}${more}, too, and is read for ${this.#own} alone: split it by application to read it for each`,
        count: ids.size,
      });
    }
  }
}
