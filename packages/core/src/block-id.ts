/**
 * What a block's name says: its kind and, for an RDD block, which RDD and partition. Follows
 * BlockId, Spark 1.2–4.2.
 */
export type BlockKind =
  | "rdd"
  | "broadcast"
  | "taskresult"
  | "shuffle"
  | "stream"
  | "temp"
  | "other";

export interface BlockName {
  readonly kind: BlockKind;
  readonly rddId: number | undefined;
  readonly partitionId: number | undefined;
  readonly broadcastId: number | undefined;
}

/**
 * The RDD a block belongs to (`rdd_3_14` → 3); `undefined` for every other block. BlockId.asRDDId.
 */
export function rddIdOf(blockId: string): number | undefined {
  if (!blockId.startsWith("rdd_")) return undefined;
  let id = 0;
  let at = 4;
  for (; at < blockId.length; at++) {
    const digit = blockId.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    id = id * 10 + digit;
  }
  if (at > 19) return undefined; // no number that Spark or we could hold exactly
  if (at === 4 || blockId.charCodeAt(at) !== 95 || at + 1 === blockId.length) return undefined;
  for (let rest = at + 1; rest < blockId.length; rest++) {
    const digit = blockId.charCodeAt(rest) - 48;
    if (digit < 0 || digit > 9) return undefined;
  }
  return id;
}

const BROADCAST_VALUE = /^broadcast_\d+$/;
const BROADCAST_PIECE = /^(broadcast_\d+)_piece\d+$/;

/** `broadcast_7`: what the pieces of a broadcast make together. */
export function isBroadcastValue(blockId: string): boolean {
  return BROADCAST_VALUE.test(blockId);
}

/**
 * The value that a piece is of (`broadcast_7_piece0` → `broadcast_7`); `undefined` for any other
 * block.
 */
export function valueOfPiece(blockId: string): string | undefined {
  if (!blockId.startsWith("broadcast_")) return undefined;
  return BROADCAST_PIECE.exec(blockId)?.[1];
}

/**
 * The result of a task that was too large for its message: fetched by the driver, and then removed.
 */
export function isTaskResult(blockId: string): boolean {
  return blockId.startsWith("taskresult_");
}

/**
 * The parts of a block id; of an id in no form of Spark, `kind` says so (BlockId, Spark 1.2 to
 * 4.3).
 */
export function parseBlockId(blockId: string): BlockName {
  const rddId = rddIdOf(blockId);
  const kind = kindOf(blockId, rddId);
  return {
    kind,
    rddId,
    partitionId:
      rddId === undefined ? undefined : leadingInteger(blockId.slice(blockId.lastIndexOf("_") + 1)),
    broadcastId: kind === "broadcast" ? leadingInteger(blockId.slice(10)) : undefined,
  };
}

function leadingInteger(text: string): number | undefined {
  const digits = /^\d+/.exec(text);
  const value = digits === null ? undefined : Number(digits[0]);
  return Number.isSafeInteger(value) ? value : undefined;
}

function kindOf(blockId: string, rddId: number | undefined): BlockKind {
  if (rddId !== undefined) return "rdd";
  if (blockId.startsWith("broadcast_")) return "broadcast";
  if (isTaskResult(blockId)) return "taskresult";
  if (blockId.startsWith("shuffle_")) return "shuffle";
  if (blockId.startsWith("input-")) return "stream";
  if (blockId.startsWith("temp_")) return "temp";
  return "other";
}
