/** Every command, in the order `--help` lists them. */
import { addBaseline } from "./baseline.ts";
import { addCheck } from "./check.ts";
import type { AddCommand } from "./command.ts";
import { addDiff } from "./diff.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export.ts";
import { addInspect } from "./inspect.ts";
import { addMcp } from "./mcp.ts";
import { addQuery } from "./query.ts";
import { addReplay } from "./replay.ts";
import { addReplayBatches } from "./replay-batches.ts";
import { addReplayPart } from "./replay-part.ts";
import { addReport } from "./report.ts";
import { addSchema } from "./schema.ts";
import { addSize } from "./size.ts";
import { addWhatIf } from "./whatif.ts";

export const commands: readonly AddCommand[] = [
  addReplay,
  addExplain,
  addReport,
  addWhatIf,
  addSize,
  addInspect,
  addQuery,
  addExport,
  addBaseline,
  addCheck,
  addDiff,
  addSchema,
  addMcp,
  addReplayPart,
  addReplayBatches,
];
