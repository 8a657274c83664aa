/** The door to the memory gate: by itself, as only its commands need the schemas behind it. */

export {
  addRun,
  type Baseline,
  BaselineError,
  baselineOf,
  baselineText,
  hasRun,
  parseBaseline,
} from "./checks/baseline.ts";
export type {
  GateResult,
  MeasuredRun,
  Metric,
  Outcome,
  Verdict,
  VerdictStatus,
} from "./checks/check.ts";
export { type Allowed, differencesFrom } from "./checks/comparable.ts";
export { memoryCurves } from "./checks/curves.ts";
export {
  ConfigError,
  configJsonSchema,
  type GateConfig,
  parseConfig,
} from "./checks/gate-config.ts";
export { metrics } from "./checks/index.ts";
export { judge } from "./checks/judge.ts";
export { measureRun } from "./checks/measure.ts";
export { diffJson, diffText } from "./checks/outputs/diff.ts";
export { githubText } from "./checks/outputs/github.ts";
export { jsonText } from "./checks/outputs/json.ts";
export { junitText } from "./checks/outputs/junit.ts";
export { markdownText } from "./checks/outputs/markdown.ts";
export { sarifText } from "./checks/outputs/sarif.ts";
export { type Emphasis, terminalText } from "./checks/outputs/terminal.ts";
export type { Place } from "./checks/outputs/words.ts";
export { type OwnCheck, runOwnCheck } from "./checks/own-check.ts";
export { type Foretelling, underSettings } from "./checks/under-settings.ts";
export type { Curve, MemoryCurves } from "./picture/memory-curves.ts";
