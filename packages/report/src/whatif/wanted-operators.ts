/**
 * What SQL operators of a task want: rows and their width from the exchanges around them, in the
 * order in which they fill.
 */
import type { ConsumerDemand, Wanted } from "@respark/core";
import type { RecordedMetric, RecordedPlanNode, RecordedTask } from "./run-record.ts";
import { type ExchangeRows, isExchange, partitionsOf, type SqlFragments } from "./sql-fragments.ts";

/**
 * What a row costs in a sorter's page and in a map's beside its bytes (UnsafeAlignedOffset,
 * BytesToBytesMap.append).
 */
const SORTER_ROW_EXTRA = 4;
const MAP_PAIR_EXTRA = 16;
/** Key and value are rows of their own: one more null bitset. */
const SECOND_ROW_BYTES = 8;
const BYPASS_MERGE_THRESHOLD = 200;
const LONG_BYTES = 8;

export interface StageOperators {
  readonly fragments: SqlFragments;
  readonly top: RecordedPlanNode;
  readonly diskRatio: Wanted;
  readonly sortsBeforeRepartition: boolean;
}

/**
 * Rows that reach an operator in one task, and the bytes of each; `undefined` where nothing tells.
 */
interface Flow {
  readonly rows: number | undefined;
  readonly rowBytes: number | undefined;
  /** Operators that are read to their end by whoever takes these rows. */
  readonly held: readonly number[];
}

/** `undefined`: an operator that holds memory is there, and how much is in no log. */
export function operatorsOf(
  stage: StageOperators,
  task: RecordedTask,
  metrics: readonly RecordedMetric[],
): readonly ConsumerDemand[] | undefined {
  return new OperatorWalk(stage, task, metrics).demands();
}

class OperatorWalk {
  readonly #stage: StageOperators;
  readonly #task: RecordedTask;
  readonly #values = new Map<string, number>();
  readonly #demands: ConsumerDemand[] = [];
  /** What the task wrote to an exchange that no plan names: adaptive execution made it anew. */
  #orphanBytes = 0;
  #orphanRecords = 0;
  #isKnown = true;

  constructor(stage: StageOperators, task: RecordedTask, metrics: readonly RecordedMetric[]) {
    this.#stage = stage;
    this.#task = task;
    for (const { accumulatorId, name, value } of metrics) {
      const node = stage.fragments.nodeOf(accumulatorId);
      if (node !== undefined) this.#values.set(`${node.nodeId} ${name}`, value);
      else if (name === "data size") this.#orphanBytes += value;
      else if (name === "shuffle records written") this.#orphanRecords += value;
    }
  }

  demands(): readonly ConsumerDemand[] | undefined {
    const { top, fragments } = this.#stage;
    if (isExchange(top)) {
      const [child] = fragments.childrenOf(top);
      if (child !== undefined) this.#write(top, this.#flow(child));
    } else this.#flow(top);
    return this.#isKnown ? this.#demands : undefined;
  }

  #value(node: RecordedPlanNode, name: string): number | undefined {
    return this.#values.get(`${node.nodeId} ${name}`);
  }

  #width(rows: ExchangeRows | undefined): number | undefined {
    return rows === undefined ? undefined : Math.round(rows.dataBytes / rows.records);
  }

  #add(demand: ConsumerDemand): number {
    return this.#demands.push(demand) - 1;
  }

  /** A round-robin exchange sorts its rows first; one of many partitions sorts them serialized. */
  #write(exchange: RecordedPlanNode, input: Flow): void {
    const { fragments, diskRatio } = this.#stage;
    const orphans = { dataBytes: this.#orphanBytes, records: this.#orphanRecords };
    const seen = fragments.rowsOf(exchange) ?? (orphans.records > 0 ? orphans : undefined);
    const rowBytes = this.#width(seen) ?? input.rowBytes;
    const rows =
      this.#value(exchange, "shuffle records written") ??
      (orphans.records > 0 ? orphans.records : input.rows);
    if (rowBytes === undefined || rows === undefined) return;
    const partitions = partitionsOf(exchange) ?? 1;
    const wanted = known(rows);
    let drains = input.held;
    const bytes = rowBytes + SORTER_ROW_EXTRA;
    if (
      /RoundRobinPartitioning/.test(exchange.description) &&
      partitions > 1 &&
      this.#stage.sortsBeforeRepartition
    )
      drains = [
        this.#add({
          kind: "sorter",
          rows: wanted,
          rowBytes: bytes,
          radix: true,
          diskRatio,
          drains,
        }),
      ];
    if (partitions > BYPASS_MERGE_THRESHOLD)
      this.#add({
        kind: "shuffle_sorter",
        rows: wanted,
        rowBytes: bytes,
        radix: true,
        diskRatio,
        drains,
      });
  }

  #flow(node: RecordedPlanNode): Flow {
    const { fragments } = this.#stage;
    if (isExchange(node)) {
      const rows = fragments.rowsOf(node);
      return {
        rows: this.#value(node, "records read") ?? this.#onlyInput(node),
        rowBytes: this.#width(rows),
        held: [],
      };
    }
    const inputs = fragments.childrenOf(node).map((child) => this.#flow(child));
    const [input, other] = inputs;
    const rows = this.#value(node, "number of output rows");
    if (node.name === "Sort") return this.#sort(node, input);
    if (node.name.startsWith("HashAggregate")) return this.#aggregate(node, input, rows);
    if (node.name === "ShuffledHashJoin") return this.#hashJoin(node, input, other, rows);
    if (/^(?:ObjectHashAggregate|SortAggregate)/.test(node.name))
      return this.#reported(node, input);
    return {
      rows: rows ?? input?.rows,
      rowBytes: inputs.length > 1 ? undefined : input?.rowBytes,
      held: inputs.flatMap(({ held }) => held),
    };
  }

  /**
   * Before 3.0 tasks do not count what they read by exchange: where there is one, it is all of it.
   */
  #onlyInput(node: RecordedPlanNode): number | undefined {
    const siblings = [...this.#values.keys()].some((key) => key.endsWith(" records read"));
    return siblings || node.name === "" ? undefined : this.#task.shuffleReadRecords;
  }

  #sort(node: RecordedPlanNode, input: Flow | undefined): Flow {
    const { diskRatio } = this.#stage;
    const rows = input?.rows;
    const peak = this.#value(node, "peak memory");
    const spilled = this.#value(node, "spill size") ?? 0;
    const held = input?.held ?? [];
    if (rows === undefined || rows === 0) {
      if (peak !== undefined) return this.#reported(node, input);
      return { rows: 0, rowBytes: input?.rowBytes, held };
    }
    const radix = isRadixSortable(node.description);
    const rowBytes =
      input?.rowBytes === undefined
        ? this.#rowBytesBehind(rows, peak, spilled, radix)
        : input.rowBytes + SORTER_ROW_EXTRA;
    if (rowBytes === undefined) return this.#reported(node, input);
    const place = this.#add({
      kind: "sorter",
      rows: known(rows),
      rowBytes,
      radix,
      diskRatio,
      drains: held,
    });
    return { rows, rowBytes: rowBytes - SORTER_ROW_EXTRA, held: [place] };
  }

  /**
   * From the exchange it feeds, else from the peak of a sorter that did not spill: its pages,
   * without the array.
   */
  #rowBytesBehind(
    rows: number,
    peak: number | undefined,
    spilled: number,
    radix: boolean,
  ): number | undefined {
    const { top, fragments } = this.#stage;
    if (isExchange(top)) {
      const width = this.#width(fragments.rowsOf(top));
      if (width !== undefined) return width + SORTER_ROW_EXTRA;
    }
    if (peak === undefined || spilled > 0) return undefined;
    let arrayBytes = 4096 * 2 * LONG_BYTES;
    while (arrayBytes / LONG_BYTES / 2 / (radix ? 2 : 1.5) < rows) arrayBytes *= 2;
    return Math.max(LONG_BYTES * 2, Math.round((peak - arrayBytes) / rows));
  }

  /** Groups by key: rows out are distinct keys; without keys there is no map. */
  #aggregate(node: RecordedPlanNode, input: Flow | undefined, rows: number | undefined): Flow {
    const held = input?.held ?? [];
    if (/keys=\[\]/.test(node.description)) return { rows, rowBytes: undefined, held };
    const { top, fragments, diskRatio } = this.#stage;
    const isPartial = /partial_|keys=.*functions=\[\]/.test(node.description);
    const feeds = isPartial && isExchange(top) ? this.#width(fragments.rowsOf(top)) : undefined;
    const width = feeds ?? input?.rowBytes;
    if (width === undefined || rows === undefined) {
      if (this.#value(node, "peak memory") === undefined) return { rows, rowBytes: width, held };
      return this.#reported(node, input);
    }
    const place = this.#add({
      kind: "map",
      rows: known(rows),
      rowBytes: width + SECOND_ROW_BYTES + MAP_PAIR_EXTRA,
      fastPage: isPartial,
      diskRatio,
      drains: held,
    });
    return { rows, rowBytes: width, held: [place] };
  }

  #hashJoin(
    node: RecordedPlanNode,
    left: Flow | undefined,
    right: Flow | undefined,
    rows: number | undefined,
  ): Flow {
    const build = /BuildLeft/.test(node.description) ? left : right;
    const held = [...(left?.held ?? []), ...(right?.held ?? [])];
    if (build?.rows === undefined || build.rowBytes === undefined) {
      this.#isKnown = false;
      return { rows, rowBytes: undefined, held };
    }
    this.#add({
      kind: "relation",
      rows: known(build.rows),
      rowBytes: build.rowBytes,
      keyedByLong: /ShuffledHashJoin \[\w+#\d+L\], \[\w+#\d+L\]/.test(node.description),
    });
    return { rows, rowBytes: undefined, held };
  }

  /** An operator of which only its own report tells. */
  #reported(node: RecordedPlanNode, input: Flow | undefined): Flow {
    const peak = this.#value(node, "peak memory");
    const spilled = this.#value(node, "spill size") ?? 0;
    const held = input?.held ?? [];
    if (peak === undefined) return { rows: input?.rows, rowBytes: input?.rowBytes, held };
    const bytes: Wanted =
      spilled === 0
        ? known(peak)
        : { best: spilled + peak / 2, atLeast: spilled, atMost: spilled + peak, sigma: undefined };
    const place = this.#add({
      kind: "pages",
      bytes,
      diskRatio: this.#stage.diskRatio,
      drains: held,
    });
    return { rows: input?.rows, rowBytes: input?.rowBytes, held: [place] };
  }
}

function known(value: number): Wanted {
  return { best: value, atLeast: value, atMost: value, sigma: 0 };
}

/**
 * A sort by one long-like key uses radix sort; others compare
 * (SortPrefixUtils.canSortFullyWithPrefix).
 */
function isRadixSortable(description: string): boolean {
  const keys = /^Sort \[(.*?)\](?:, |$)/.exec(description)?.[1] ?? "";
  return !keys.includes(",");
}
