/**
 * Stores of which an executor's log has lost the line, and the event log has the report: it carries
 * no time, so that the block is stored after the event before it and before the next one that has a
 * time. Until then it may be unrolled.
 */
import { exactAmount } from "../../amount.ts";
import type { BlockStatus } from "../../event-fact.ts";
import { isInMemory } from "../evidence.ts";
import type { StepPlace } from "../executor-state.ts";
import type { LogStep } from "../links/lookahead.ts";
import type { ReplayContext } from "../replay-context.ts";

interface StoreReport {
  readonly status: BlockStatus;
  /** µs of the last event with a time before the report, and of the first after it */
  readonly from: number;
  until: number | undefined;
}

/** How far apart a line and its report may be beyond that: clocks differ, seconds are printed. */
const APART_MICROS = 2_000_000;
/** Reports that are looked at no more go together. */
const REPORTS_PASSED = 4_096;

export class UnloggedStores {
  /** from `#next` on, those that come after the last step */
  #reports: StoreReport[] = [];
  #next = 0;
  /** those whose lines are not in sight yet */
  #open: StoreReport[] = [];
  /** those without a line that are not stored yet, and until when they will be, µs */
  #unlogged: { readonly status: BlockStatus; readonly until: number }[] = [];
  /** µs of the log's first step, or of the first after a part that is lost */
  #since: number | undefined;

  /** @param status  a copy */
  heard(status: BlockStatus, ts: number): void {
    if (isInMemory(status)) this.#reports.push({ status, from: ts, until: undefined });
  }

  /** An event with a time. */
  timePasses(ts: number): void {
    for (let at = this.#reports.length - 1; at >= 0; at--) {
      const report = this.#reports[at];
      if (report === undefined || report.until !== undefined) break;
      if (ts > report.from) report.until = ts;
    }
    for (const report of this.#open) if (ts > report.from) report.until ??= ts;
  }

  /** The log begins, or begins anew, with this step: what was reported before may have left. */
  beginsAt(ts: number): void {
    this.#since = ts;
  }

  /**
   * Looks which of the reports until a step have no line.
   * @returns times after `from` and not after the step's (µs) at which a block has been stored so
   */
  breaksUntil(context: ReplayContext, step: LogStep, from: number): number[] {
    this.#since ??= step.ts;
    for (let next = this.#reports[this.#next]; next !== undefined; ) {
      if (next.from > step.ts) break;
      this.#open.push(next);
      next = this.#reports[++this.#next];
    }
    if (this.#next > REPORTS_PASSED) {
      this.#reports = this.#reports.slice(this.#next);
      this.#next = 0;
    }
    if (this.#open.length > 0)
      this.#open = this.#open.filter((report) => !this.#isSettled(context, step, report));
    const breaks: number[] = [];
    for (const { until } of this.#unlogged)
      if (until > from && until <= step.ts) breaks.push(until);
    return breaks;
  }

  /** Before a step: what has been stored by then is stored. */
  apply(context: ReplayContext, step: LogStep): void {
    if (this.#unlogged.length === 0) return;
    const due = this.#unlogged.filter(({ until }) => until <= step.ts);
    this.#unlogged = this.#unlogged.filter(({ until }) => until > step.ts);
    for (const { status } of due)
      if (context.state.ledgerOfBlock(status.blockId) === undefined) store(context, step, status);
  }

  /** It has a line, or none, or is from before the log. */
  #isSettled(context: ReplayContext, step: LogStep, report: StoreReport): boolean {
    const { status, from, until } = report;
    const { blockId } = status;
    if (from < (this.#since ?? 0) || context.state.totals.stores === 0) return true;
    // Lines that may tell of it have to be in sight.
    if (until === undefined || until + APART_MICROS > context.lookahead.readUntil) return false;
    const within = { from: from - APART_MICROS, until: until + APART_MICROS };
    if (stores(step, blockId) || hasLine(context, blockId, within)) return true;
    unroll(context, status, { from, until });
    this.#unlogged.push({ status, until });
    return true;
  }
}

/** It is in memory, has left it since, or is about to be stored. */
function hasLine(
  { state, history, lookahead }: ReplayContext,
  blockId: string,
  { from, until }: { readonly from: number; readonly until: number },
): boolean {
  if (state.ledgerOfBlock(blockId) !== undefined) return true;
  if ((history.removedAt(blockId) ?? Number.NEGATIVE_INFINITY) >= from) return true;
  return lookahead.upcoming(blockId).some((next) => next.ts <= until && stores(next, blockId));
}

function stores({ fact }: LogStep, blockId: string): boolean {
  return fact.kind === "block_stored" && fact.blockId === blockId;
}

function unroll(
  context: ReplayContext,
  status: BlockStatus,
  { from, until }: { readonly from: number; readonly until: number },
): void {
  context.windows.open({
    blockId: status.blockId,
    taskId: undefined,
    from,
    usuallyFrom: from,
    until,
    size: exactAmount(status.memoryBytes),
    mode: context.isOffHeap(status.blockId) ? "off_heap" : "on_heap",
    precise: false,
    fails: false,
    isWhole: !status.level.deserialized,
  });
}

function store(context: ReplayContext, at: StepPlace, status: BlockStatus): void {
  const { state, history, windows } = context;
  const { blockId, level } = status;
  const size = exactAmount(status.memoryBytes);
  const mode = context.isOffHeap(blockId) ? "off_heap" : "on_heap";
  const ledger = state.ledger(mode);
  const form = level.deserialized ? "values" : "bytes";
  windows.close(blockId);
  const hold = form === "values" ? windows.finalHold(size) : size;
  ledger.borrowForStorage(hold, ledger.storageUsed);
  ledger.store(blockId, { size, form, storedAt: at.ts, taskId: undefined });
  context.unseen.losesLines(context.logged);
  context.unseen.seen(blockId);
  history.stored(blockId, size, at.ts);
  context.evidence.takeExactSize(blockId, size);
  state.totals.stores++;
  state.memoryEvent(at, {
    op: "acquire_storage",
    mode,
    blockId,
    requestedBytes: size.best,
    grantedBytes: size.best,
    grantedBytesMin: size.best,
    grantedBytesMax: size.best,
    origin: "derived",
  });
  state.sample(at, "derived");
  state.blockEvent(at, {
    blockId,
    op: "store",
    memoryBytes: size.best,
    memoryBytesMin: size.best,
    memoryBytesMax: size.best,
    mode,
    origin: "derived",
  });
}
