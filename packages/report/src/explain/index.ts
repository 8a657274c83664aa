/** Why: stories and verdicts over a replayed database. */
export { explain, type Question } from "./explain.ts";
export { costInWords, rankCost } from "./findings/costs.ts";
export { findingsOf } from "./findings/write-findings.ts";
export { type ApplicationName, NotThereError, type RowNumber } from "./investigation.ts";
export { type FindingBehind, saidOnce } from "./said-once.ts";
export { nothingFound, severitiesInWords, severityInWords } from "./severity.ts";
export { blockEventStories, type ToldEvent } from "./stories/block-stories.ts";
export type { Finding, RunVerdict, Severity, Story } from "./story.ts";
