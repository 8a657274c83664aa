/** What hurt logs still do to the replay, and where that is to be mended. The short fuzz of the tests allows these alone; `pnpm fuzz` none. */
export const knownFailures: readonly { readonly matches: RegExp; readonly cause: string }[] = [
  {
    matches: /requirement failed: pool grown by (?:NaN|-\d+) bytes/,
    cause:
      "core/replay/application-conf.ts manager(): a layout that damaged settings give is no layout to start a manager with",
  },
  {
    matches: /(?:executionUsed|free|storageAvailable|executionAvailable) is \d+ in \d+ to \d+/,
    cause: "core: damaged records of execution memory leave the estimate outside its own bounds",
  },
  {
    matches: /rdd_id BIGINT: \d+ is no integer|rddId/,
    cause: "core/block-id.ts rddIdOf: more digits than a number holds",
  },
  {
    matches: /maxMemoryBytes is [\d.e+]+, no integer/,
    cause: "core: a capacity beyond 2^53 is damage",
  },
  {
    matches: /(?:\.ts|Min|Max|At) is -?\d+, no integer|TIMESTAMP: -?\d+ is no integer/,
    cause: "events: a time in ms beyond the year 2200 is damage; in µs it is no longer exact",
  },
];
