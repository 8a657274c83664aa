/** Every finder, and what a verdict may say it looked for and did not find. */
import { cached } from "./cache.ts";
import { executorsLost } from "./deaths.ts";
import { errorsLogged } from "./errors.ts";
import { spilling, waiting } from "./execution.ts";
import { failedJobs, failures, noEnd } from "./failures.ts";
import type { Finder, FindingKind } from "./finder.ts";
import { garbage, overheadLeft } from "./heap.ts";
import { outOfMemory } from "./out-of-memory.ts";
import { leaks, readOnce, unread } from "./waste.ts";

export const finders: readonly Finder[] = [
  outOfMemory,
  executorsLost,
  failures,
  failedJobs,
  noEnd,
  cached,
  spilling,
  waiting,
  garbage,
  overheadLeft,
  unread,
  readOnce,
  leaks,
  errorsLogged,
];

/** In order from the least: what a level of evidence has, those after it have too. */
export const levels: readonly string[] = ["event_log", "event_log_blocks", "info", "debug"];

export interface KindOfTrouble {
  readonly kinds: readonly FindingKind[];
  readonly named: string;
  /** least evidence of every executor below which nothing found means nothing */
  readonly needs: "event_log" | "event_log_blocks" | "info" | "debug";
  /** what else has to be logged */
  readonly byEventLog?: true;
  readonly byProcessSizes?: true;
  readonly byJobs?: true;
}

export const troubles: readonly KindOfTrouble[] = [
  { kinds: ["oom"], named: "out-of-memory errors", needs: "event_log" },
  { kinds: ["lost_executors"], named: "lost executors", needs: "event_log", byEventLog: true },
  { kinds: ["failure"], named: "failed tasks and jobs", needs: "event_log", byEventLog: true },
  { kinds: ["no_end"], named: "logs that end too early", needs: "event_log", byEventLog: true },
  { kinds: ["evictions"], named: "evictions", needs: "event_log_blocks" },
  { kinds: ["no_room"], named: "blocks refused for want of room", needs: "info" },
  { kinds: ["spills"], named: "spills", needs: "event_log", byJobs: true },
  { kinds: ["waits"], named: "waits for memory", needs: "info" },
  {
    kinds: ["garbage"],
    named: "unusual garbage collection",
    needs: "event_log",
    byEventLog: true,
  },
  {
    kinds: ["overhead"],
    named: "containers near their limit",
    needs: "event_log",
    byProcessSizes: true,
  },
  { kinds: ["leaks"], named: "leaked memory", needs: "info" },
  {
    kinds: ["unread"],
    named: "blocks cached for nothing",
    needs: "info",
    byEventLog: true,
  },
];
