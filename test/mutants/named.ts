/**
 * Mutants by name: one change of the source each that a person would call wrong. `from` stands in
 * one file under packages, wherever that moves; a mutant whose text is gone is reported, not
 * counted.
 */

export interface Mutant {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** what the file's path ends with, where the text stands in several */
  readonly file?: string;
}

export const namedMutants: readonly Mutant[] = [
  {
    name: "c01: evictions LINES_AHEAD 400->40",
    from: "const LINES_AHEAD = 400;",
    to: "const LINES_AHEAD = 40;",
    file: "victims.ts",
  },
  {
    name: "c02: certainty of the next answer 0.8->0.3",
    from: "nextAnswer: 0.8,",
    to: "nextAnswer: 0.3,",
    file: "eviction-causes.ts",
  },
  {
    name: "c03: puts weight 0.7->0.4",
    from: "onDisk: 0.7,",
    to: "onDisk: 0.4,",
    file: "eviction-causes.ts",
  },
  {
    name: "c04: unroll MOST_HELD 1.59->1.2",
    from: "const MOST_HELD = 1.59;",
    to: "const MOST_HELD = 1.2;",
    file: "unrolls.ts",
  },
  {
    name: "c05: unroll KEPT_MICROS 3000->3000000",
    from: "const KEPT_MICROS = 3_000;",
    to: "const KEPT_MICROS = 3_000_000;",
    file: "unroll-windows.ts",
  },
  {
    name: "c06: unroll low bound 0.08->0.8",
    from: "size.atLeast * 0.08",
    to: "size.atLeast * 0.8",
    file: "unroll-windows.ts",
  },
  {
    name: "c07: task-demand OVERSHOOT 1.2->1",
    from: "const OVERSHOOT = 1.2;",
    to: "const OVERSHOOT = 1;",
    file: "task-peaks.ts",
  },
  {
    name: "c08: task-demand sharing tasks - 2 removed",
    from: "holders > 2 ? holders - 2 : holders",
    to: "holders",
    file: "task-demand.ts",
  },
  {
    name: "c09: task-demand usual share halfway 0.67->0.5",
    from: "0.57, 0.67, 0.69",
    to: "0.57, 0.5, 0.69",
    file: "task-demand.ts",
  },
  {
    name: "c10: estimate 0.9*sqrt(above)->0.1",
    from: "best + 0.9 * Math.sqrt(above)",
    to: "best + 0.1 * Math.sqrt(above)",
    file: "execution-estimate.ts",
  },
  {
    name: "c11: estimate SEEN_OF_PEAK 0.7->1",
    from: "const SEEN_OF_PEAK = 0.7;",
    to: "const SEEN_OF_PEAK = 1;",
    file: "polls.ts",
  },
  {
    name: "c12: estimate MEASURE_STANDS 20ms->0",
    from: "const MEASURE_STANDS_MICROS = 20_000;",
    to: "const MEASURE_STANDS_MICROS = 0;",
    file: "execution-estimate.ts",
  },
  {
    name: "c13: estimate grewByEviction share floor removed",
    from: "Math.min(maxBytes - used.atMost - lastVictimBytes, share)",
    to: "maxBytes - used.atMost - lastVictimBytes",
    file: "execution-estimate.ts",
  },
  {
    name: "c14: spills closing part 60s->0",
    from: "const MICROS_TO_CLOSE = 60_000_000;",
    to: "const MICROS_TO_CLOSE = 0;",
    file: "spill-lines.ts",
  },
  {
    name: "c15: removal DRIVER_HEARS 200ms->0",
    from: "const DRIVER_HEARS_MICROS = 200_000;",
    to: "const DRIVER_HEARS_MICROS = 0;",
    file: "removal-reports.ts",
  },
  {
    name: "c16: removal SETTLING 2s->0",
    from: "const SETTLING_MICROS = 2_000_000;",
    to: "const SETTLING_MICROS = 0;",
    file: "removal-reports.ts",
  },
  {
    name: "c17: reported broadcast value 16/3 -> 1/1",
    from: "pieceBytes * (small ? 16 : 3)",
    to: "pieceBytes * (small ? 2 : 1)",
    file: "reported-steps.ts",
  },
  {
    name: "c18: reported blocks unroll at most 1.59 of their size ->1",
    from: "const most = status.level.deserialized ? MOST_HELD : 1;",
    to: "const most = 1;",
    file: "reported-steps.ts",
  },
  {
    name: "c19: block-steps failed unroll borrows nothing",
    from: "    ledger.borrowForStorage(kept, ledger.storageUsed);\n",
    to: "",
    file: "block-steps.ts",
  },
  {
    name: "c20: unroll_computed /growth removed",
    from: "Math.floor(Math.max(0, least) / unrollGrowth)",
    to: "Math.floor(Math.max(0, least))",
    file: "prediction.ts",
  },
  {
    name: "c21: neighbours LINES 16->2",
    from: "const LINES = 16;",
    to: "const LINES = 2;",
    file: "neighbours.ts",
  },
  {
    name: "c22: neighbours mayComeFirst thread rule off",
    from: "return step.thread !== undefined && next.thread !== undefined && next.thread !== step.thread;",
    to: "return true;",
    file: "neighbours.ts",
  },
  {
    name: "c23: ledger borrowForRefused no-op",
    from: "const all = minus(exactAmount(maxBytes), execution);",
    to: "if (maxBytes > 0) return pool;\n  const all = minus(exactAmount(maxBytes), execution);",
    file: "pool-laws.ts",
  },
  {
    name: "c24: ledger takeMissing 0",
    from: "const missing = this.#missing;\n    this.#missing = 0;\n    return missing;",
    to: "this.#missing = 0;\n    return 0;",
    file: "mode-ledger.ts",
  },
  {
    name: "c25: follower gaveAll no-op",
    from: "if (wanted > 0)\n      this.#manager.adopt({",
    to: "if (wanted > 1e15)\n      this.#manager.adopt({",
    file: "manager-follower.ts",
  },
  {
    name: "c26: decisions never counted as foreseen",
    from: 'if (outcome === "predicted") totals.decisionsForeseen++;',
    to: "",
    file: "grades.ts",
  },
  {
    name: "c27: follower unrolled no-op",
    from: 'this.#manager.adopt({ kind: "storage_stored", mode, bytes });\n    this.#manager.adopt({ kind: "storage_released", mode, bytes });\n  }\n\n  /** A request was made',
    to: "void mode; void bytes;\n  }\n\n  /** A request was made",
    file: "manager-follower.ts",
  },
  {
    name: "c28: deaths AFTERWARDS 2s->0",
    from: "const AFTERWARDS_MICROS = 2_000_000;",
    to: "const AFTERWARDS_MICROS = 0;",
    file: "death-classes.ts",
  },
  {
    name: "c29: lost-ends LATE 1s->0",
    from: "const LATE_MICROS = 1_000_000;",
    to: "const LATE_MICROS = 0;",
    file: "lost-ends.ts",
  },
  {
    name: "c30: polled POLLS_TO_TRUST 8->3",
    from: "const POLLS_TO_TRUST = 8;",
    to: "const POLLS_TO_TRUST = 3;",
    file: "polls.ts",
  },
  {
    name: "c31: lookahead LINES_BETWEEN 8->2",
    from: "const LINES_BETWEEN = 8;",
    to: "const LINES_BETWEEN = 2;",
    file: "lookahead.ts",
  },
  {
    name: "c32: private-maps BUILDER only exchange",
    from: "/^(?:broadcast-exchange|subquery|dynamicpruning)-/",
    to: "/^(?:broadcast-exchange)-/",
    file: "private-maps.ts",
  },
  {
    name: "c33: short-grants FIRST_ARRAY inf",
    from: "const FIRST_ARRAY_BYTES = 65_536;",
    to: "const FIRST_ARRAY_BYTES = 1e15;",
    file: "short-grants.ts",
  },
  {
    name: "c34: silent removals WITNESSES 2->1",
    from: "const WITNESSES = 2;",
    to: "const WITNESSES = 1;",
    file: "silent-removal.ts",
  },
  {
    name: "c35: unseen blocks and strangers explain any free",
    from: "held.atMost >= seen.atLeast && held.atLeast <= most",
    to: "true",
    file: "unseen-blocks.ts",
  },
  {
    name: "c36: block-sizes LARGEST_SPAN 1KiB->1GiB",
    from: "const LARGEST_SPAN = 1024;",
    to: "const LARGEST_SPAN = 1073741824;",
    file: "block-sizes.ts",
  },
  {
    name: "c37: evidence KEPT_PER_BLOCK 8->1",
    from: "const KEPT_PER_BLOCK = 8;",
    to: "const KEPT_PER_BLOCK = 1;",
    file: "evidence.ts",
  },
  {
    name: "c38: replay settles() ignores unpersist",
    from: '(tsMax !== undefined || kind === "unpersist_rdd")',
    to: "(tsMax !== undefined)",
    file: "replay.ts",
  },
  {
    name: "c39: replay SIDE_BY_SIDE 250ms->60s",
    from: "const SIDE_BY_SIDE_MICROS = 250_000;",
    to: "const SIDE_BY_SIDE_MICROS = 60_000_000;",
    file: "replay.ts",
  },
  {
    name: "c40: executor-replay store_cleared end ignored",
    from: "this.#endedAt ??= step.ts;",
    to: "void step.ts;",
    file: "executor-replay.ts",
  },
  {
    name: "c41: evictions done(): no grewByEviction at INFO",
    from: "this.#context.execution.grewByEviction(this.#lastVictimBytes);",
    to: "void this.#lastVictimBytes;",
    file: "evictions.ts",
  },
  {
    name: "c42: units GiB upper cut 20480 off",
    from: "if (tenths <= 20_480 && atMost >= below) atMost = below - 1;",
    to: "void below;",
    file: "units.ts",
  },
  {
    name: "c43: exec pool share floor->ceil",
    from: "const share = Math.floor(growth.maxPoolBytes() / active);",
    to: "const share = Math.ceil(growth.maxPoolBytes() / active);",
    file: "execution-memory-pool.ts",
  },
  {
    name: "e01: other layout in a row 8->80",
    from: "const OTHER_ROW = 8;",
    to: "const OTHER_ROW = 80;",
    file: "stream-layout.ts",
  },
  {
    name: "e02: record-reader TRACE_LINES 64->6",
    from: "const TRACE_LINES = 64;",
    to: "const TRACE_LINES = 6;",
    file: "record-reader.ts",
  },
  {
    name: "e03: merge LEAD 60s->1s",
    from: "export const LEAD = 60_000_000;",
    to: "export const LEAD = 1_000_000;",
    file: "merge.ts",
  },
  {
    name: "e04: source future date 6h->600h",
    from: "first.moment - this.#floor > 6 * hour",
    to: "first.moment - this.#floor > 600 * hour",
    file: "executor-log-source.ts",
  },
  {
    name: "e05: source groupLimit 65536->16",
    from: "const groupLimit = 65_536;",
    to: "const groupLimit = 16;",
    file: "executor-log-source.ts",
  },
  {
    name: "e06: spread assignedAfter 4ms->400ms",
    from: "const assignedAfter = 4_000;",
    to: "const assignedAfter = 400_000;",
    file: "spread.ts",
  },
  {
    name: "e07: clock soonMs 10s->0.1s",
    from: "const soonMs = 10_000;",
    to: "const soonMs = 100;",
    file: "clock-alignment.ts",
  },
  {
    name: "e08: log-decoder STREAMS_KEPT 256->1",
    from: "const STREAMS_KEPT = 256;",
    to: "const STREAMS_KEPT = 1;",
    file: "log-decoder.ts",
  },
  {
    name: "e09: from-record resolution -1 off",
    from: "utc + record.resolutionMicros - 1;",
    to: "utc + record.resolutionMicros;",
    file: "from-log-record.ts",
  },
  {
    name: "e10: learned-shape 15 digits check off",
    from: "if (at - first > 14) return false;",
    to: "void first;",
    file: "learned-shape.ts",
  },
  {
    name: "e11: sampler identity records 2000->20",
    from: "log.records > 2000",
    to: "log.records > 20",
    file: "sampler.ts",
  },
  {
    name: "e12: memory-statement STRIDE 8->16",
    from: "const STRIDE = 8;",
    to: "const STRIDE = 11;",
    file: "memory-statement.ts",
  },
  {
    name: "r01: deaths SPARE 1.1->2",
    from: "const SPARE = 1.1;",
    to: "const SPARE = 2;",
    file: "deaths.ts",
  },
  {
    name: "r02: deaths pools > heap/2 -> > heap",
    from: "storage + execution > heap / 2",
    to: "storage + execution > heap",
    file: "deaths.ts",
  },
  {
    name: "r03: judge LEAST_ACCURACY .8->.1",
    from: "const LEAST_ACCURACY = 0.8;",
    to: "const LEAST_ACCURACY = 0.1;",
    file: "judge.ts",
  },
  {
    name: "r04: statistics DEVIATIONS 5->50",
    from: "const DEVIATIONS = 5;",
    to: "const DEVIATIONS = 50;",
    file: "statistics.ts",
  },
  {
    name: "r05: statistics LEAST_RELATIVE .1->.9",
    from: "const LEAST_RELATIVE = 0.1;",
    to: "const LEAST_RELATIVE = 0.9;",
    file: "statistics.ts",
  },
  {
    name: "r06: column-batch SHORT_TEXT 4096->64",
    from: "const SHORT_TEXT_UNITS = 4096;",
    to: "const SHORT_TEXT_UNITS = 64;",
    file: "column-batch.ts",
  },
  {
    name: "r07: headroom free_least_min not lessened",
    from: "greatest(0, p.free_least_min - coalesce(u.bytes, 0))",
    to: "greatest(0, p.free_least_min)",
    file: "headroom.ts",
  },
  {
    name: "r08: eviction_ledger own eviction not preferred",
    from: "when v.ts > r.own_ts or r.own_ts is null then v.seq else r.own_seq end",
    to: "when v.ts >= r.own_ts or r.own_ts is null then v.seq else r.own_seq end",
    file: "eviction-ledger.ts",
  },
  {
    name: "r09: eviction_ledger reread only input",
    from: "mt.input_bytes + mt.shuffle_read_bytes",
    to: "mt.input_bytes",
    file: "eviction-ledger.ts",
  },
  {
    name: "r10: table-writer appender rules off",
    from: "const APPENDER_BYTES = 1 << 20;",
    to: "const APPENDER_BYTES = 1 << 28;",
    file: "table-writer.ts",
  },
];
