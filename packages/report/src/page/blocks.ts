/** Blocks of RDDs as lanes: where each was, who read it, when it was evicted or found no room. */
import type { Cells } from "../picture/facts.ts";
import { at } from "../picture/track.ts";
import { bytes, count, percent } from "./amounts.ts";
import { type Canvas, colour, FONT, marker, note, prepared, texture, timeAxis } from "./canvas.ts";
import { type BlockEvents, type Detail, detailOf, smallFacts } from "./details.ts";
import { make, need, setStyle, setText, within } from "./elements.ts";
import { selectEvent } from "./executor.ts";
import { frameOf } from "./executor-picture.ts";
import { executorAt, isPrinting, meta, nameOf, painter, repaint, state } from "./state.ts";

const ROW = 13;
const HEAD = 24;
const TALL = 460;

type Place = "memory" | "disk" | "gone" | "unknown";

interface Stay {
  readonly place: Place;
  readonly from: number;
  to: number;
}

interface Lane {
  readonly block: string;
  readonly rdd: number;
  readonly partition: number;
  readonly stays: Stay[];
  readonly ticks: { readonly op: string; readonly t: number }[];
}

type Row =
  | { readonly kind: "rdd"; readonly rdd: number; readonly blocks: number }
  | ({ readonly kind: "block" } & Lane);

const laid = new WeakMap<Detail, readonly Row[]>();

function rowsOf(detail: Detail): readonly Row[] {
  const known = laid.get(detail);
  if (known !== undefined) return known;
  const rows = detail.blocks === undefined ? [] : rowsIn(detail.blocks);
  laid.set(detail, rows);
  return rows;
}

function rowsIn(events: BlockEvents): Row[] {
  const lanes = new Map<string, Lane>();
  for (let i = 0; i < events.n; i++) {
    const block = events.id[i] ?? "";
    const [, rdd, partition] = block.split("_");
    const lane = lanes.get(block) ?? {
      block,
      rdd: Number(rdd),
      partition: Number(partition),
      stays: [],
      ticks: [],
    };
    lanes.set(block, lane);
    const op = events.op[i] ?? "";
    const t = at(events.t, i);
    const place = placeAfter(op, at(events.bytes, i), lane.stays.length === 0);
    const last = lane.stays.at(-1);
    if (place !== undefined && last?.place !== place) {
      if (last !== undefined) last.to = t;
      lane.stays.push({ place, from: t, to: Infinity });
    }
    if (op !== "store") lane.ticks.push({ op, t });
  }
  const byRdd = grouped(lanes.values());
  return [...byRdd]
    .sort(([a], [b]) => a - b)
    .flatMap(([rdd, own]): Row[] => [
      { kind: "rdd", rdd, blocks: own.length },
      ...own
        .sort((a, b) => a.partition - b.partition)
        .map((lane): Row => ({ kind: "block", ...lane })),
    ]);
}

function grouped(lanes: Iterable<Lane>): Map<number, Lane[]> {
  const groups = new Map<number, Lane[]>();
  for (const lane of lanes) {
    const group = groups.get(lane.rdd) ?? [];
    groups.set(lane.rdd, group);
    group.push(lane);
  }
  return groups;
}

/** Where a block is after an event; undefined: as before. */
function placeAfter(op: string, size: number, first: boolean): Place | undefined {
  switch (op) {
    case "store":
      return Number.isNaN(size) ? "unknown" : size === 0 ? "disk" : "memory";
    case "drop_to_disk":
    case "hit_disk":
      return "disk";
    case "evict":
    case "remove":
      return "gone";
    case "hit_memory":
      return first ? "memory" : undefined;
    default:
      return undefined;
  }
}

interface Hit {
  readonly x: number;
  readonly y: number;
  readonly t: number;
  readonly block: string;
}

export function setUpBlocks(): void {
  const box = need("lanes", HTMLElement);
  const canvas = within(box, "canvas", HTMLCanvasElement);
  const tall = within(box, ".tall", HTMLElement);
  let rdds: readonly Cells[] = [];
  let hits: Hit[] = [];
  void smallFacts().then((small) => {
    rdds = small.rdds;
    showRdds(rdds);
    repaint("blocks");
  });
  box.addEventListener("scroll", () => {
    repaint("blocks");
  });
  const wide = need("blockpicture", HTMLElement);
  painter("blocks", need("blocks", HTMLElement), () => {
    const detail = detailOf(state.executor);
    const rows = detail === undefined ? [] : rowsOf(detail);
    setText(need("blockssay", HTMLElement), blocksWords(detail, rows));
    const silent = executorAt(state.executor).evidence === "event_log";
    wide.hidden = rows.length === 0 && !silent;
    const width = box.clientWidth;
    const frame = frameOf(width);
    hits = [];
    if (rows.length === 0) {
      tall.style.height = "0";
      if (silent) paintNothing(prepared(canvas, width, 92), frame);
      return;
    }
    const full = rows.reduce((sum, { kind }) => sum + (kind === "rdd" ? HEAD : ROW), 30);
    const height = isPrinting() ? Math.min(full, 700) : Math.min(full, innerHeight * 0.6, TALL);
    setStyle(tall, "height", `${full - height}px`);
    const c = prepared(canvas, width, height);
    timeAxis(c, { ...frame, y: 15 }, state, [20, height]);
    let y = 22 - (isPrinting() ? 0 : box.scrollTop);
    for (const row of rows) {
      const tallness = row.kind === "rdd" ? HEAD : ROW;
      if (y > -HEAD && y < height) {
        if (row.kind === "rdd") paintRdd(c, row, rdds, y, width);
        else hits.push(...paintLane(c, row, frame, y));
      }
      y += tallness;
    }
    if (state.hover !== null && state.hover >= state.from && state.hover <= state.to) {
      c.fillStyle = colour("ink");
      c.globalAlpha = 0.6;
      c.fillRect(xOf(state.hover, frame), 18, 1, height);
      c.globalAlpha = 1;
    }
  });
  const pointed = (event: MouseEvent): Hit | undefined => {
    const bounds = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const far = (hit: Hit): number => Math.hypot(hit.x - x, hit.y - y);
    return hits.filter((hit) => far(hit) < 8).sort((a, b) => far(a) - far(b))[0];
  };
  box.addEventListener("pointermove", (event) => {
    const bounds = canvas.getBoundingClientRect();
    const { left, width } = frameOf(bounds.width);
    const share = (event.clientX - bounds.left - left) / width;
    state.hover = share >= 0 && share <= 1 ? state.from + share * (state.to - state.from) : null;
    box.style.cursor = pointed(event) === undefined ? "" : "pointer";
    repaint("blocks", "executor", "minimap");
  });
  box.addEventListener("click", (event) => {
    const hit = pointed(event);
    const events = detailOf(state.executor)?.events;
    if (hit === undefined || events === undefined) return;
    let nearest = -1;
    const apart = (i: number): number => Math.abs(at(events.t, i) - hit.t);
    for (let i = 0; i < events.n; i++) {
      const own = events.subject[i] === hit.block;
      if (own && (nearest < 0 || apart(i) < apart(nearest))) nearest = i;
    }
    void selectEvent(nearest);
  });
}

function xOf(t: number, { left, width }: ReturnType<typeof frameOf>): number {
  const inside = Math.min(Math.max(t, state.from), state.to);
  return left + ((inside - state.from) / (state.to - state.from)) * width;
}

function blocksWords(detail: Detail | undefined, rows: readonly Row[]): string {
  const executor = executorAt(state.executor);
  if (detail === undefined) return "";
  const blocks = rows.filter(({ kind }) => kind === "block").length;
  if (blocks > 0) return `of ${nameOf(executor)}: ${count(blocks)} blocks of RDDs`;
  if (detail.facts.blockEvents > 0) {
    return `of ${nameOf(executor)}: ${count(detail.facts.blockEvents)} events are in the database and were too many for this file`;
  }
  if (executor.evidence === "event_log") return "a bare event log does not tell of blocks";
  return `${nameOf(executor)} never held a block of an RDD, as far as its logs tell`;
}

function paintNothing(c: Canvas, frame: ReturnType<typeof frameOf>): void {
  c.fillStyle = texture(c, "?", "unknown");
  c.fillRect(frame.left, 10, frame.width, 72);
  const words = "unknown: no log here tells which blocks were where";
  note(c, words, frame.left + frame.width / 2, 50);
}

function paintRdd(
  c: Canvas,
  { rdd, blocks }: { readonly rdd: number; readonly blocks: number },
  rdds: readonly Cells[],
  y: number,
  width: number,
): void {
  const facts = rdds.find((row) => row["rdd_id"] === rdd);
  const name = typeof facts?.["name"] === "string" ? ` “${facts["name"].slice(0, 60)}”` : "";
  const level = typeof facts?.["storage_level"] === "string" ? ` ${facts["storage_level"]}` : "";
  const served = facts?.["hit_share_after_cold"];
  const reads = typeof served === "number" ? ` · ${percent(served)} of reads served` : "";
  c.fillStyle = colour("paper");
  c.fillRect(0, y, width, HEAD);
  c.fillStyle = colour("ink");
  c.font = `600 12.5px ${FONT}`;
  c.fillText(`RDD ${rdd}${name}${level} · ${blocks} blocks${reads}`, 12, y + 17);
}

function paintLane(c: Canvas, lane: Lane, frame: ReturnType<typeof frameOf>, y: number): Hit[] {
  const { removed } = executorAt(state.executor);
  c.fillStyle = colour("soft");
  c.font = `11px ${FONT}`;
  c.textAlign = "right";
  c.fillText(String(lane.partition), frame.left - 8, y + 10);
  c.textAlign = "left";
  for (const { place, from, to } of lane.stays) {
    if (to < state.from || from > state.to) continue;
    const left = xOf(from, frame);
    const width = Math.max(1, xOf(Math.min(to, removed ?? meta.span), frame) - left);
    paintStay(c, place, left, width, y);
  }
  const hits: Hit[] = [];
  for (const { op, t } of lane.ticks) {
    if (t < state.from || t > state.to) continue;
    const x = xOf(t, frame);
    if (op.startsWith("hit")) {
      c.fillStyle = colour(op === "hit_memory" ? "paper" : "ink");
      c.fillRect(x - 0.75, y + 2, 1.75, ROW - 5);
    } else if (op === "miss") paintMiss(c, x, y + 6);
    else if (op === "evict" || op === "drop_to_disk" || op === "put_fail") {
      marker(c, op === "put_fail" ? "no_room" : "evicted", x, y + 6, 4.4);
      hits.push({ x, y: y + 6, t, block: lane.block });
    }
  }
  return hits;
}

function paintStay(c: Canvas, place: Place, left: number, width: number, y: number): void {
  switch (place) {
    case "memory":
      c.fillStyle = colour("storage");
      c.fillRect(left, y + 1, width, ROW - 3);
      return;
    case "disk":
      c.fillStyle = colour("storage-soft");
      c.fillRect(left, y + 4, width, ROW - 9);
      c.strokeStyle = colour("storage");
      c.lineWidth = 1;
      c.strokeRect(left + 0.5, y + 3.5, Math.max(1, width - 1), ROW - 8);
      return;
    case "unknown":
      c.fillStyle = texture(c, "?", "unknown");
      c.fillRect(left, y + 1, width, ROW - 3);
      return;
    case "gone":
      c.strokeStyle = colour("soft");
      c.lineWidth = 1;
      c.setLineDash([1.5, 3]);
      c.beginPath();
      c.moveTo(left, y + 6.5);
      c.lineTo(left + width, y + 6.5);
      c.stroke();
      c.setLineDash([]);
  }
}

function paintMiss(c: Canvas, x: number, y: number): void {
  c.strokeStyle = colour("oom");
  c.lineWidth = 1.7;
  c.beginPath();
  c.moveTo(x - 3.2, y - 3.2);
  c.lineTo(x + 3.2, y + 3.2);
  c.moveTo(x + 3.2, y - 3.2);
  c.lineTo(x - 3.2, y + 3.2);
  c.stroke();
}

const COLUMNS: readonly {
  readonly head: string;
  readonly column: string;
  readonly show?: (value: number) => string;
}[] = [
  { head: "reads", column: "reads" },
  { head: "hits: memory", column: "hits_memory" },
  { head: "disk", column: "hits_disk" },
  { head: "remote", column: "hits_remote" },
  { head: "misses: cold", column: "misses_cold" },
  { head: "after evict", column: "misses_after_evict" },
  { head: "no room", column: "misses_after_put_fail" },
  { head: "after loss", column: "misses_after_loss" },
  { head: "served after cold", column: "hit_share_after_cold", show: percent },
  { head: "evictions", column: "evictions" },
  { head: "held on average", column: "held_average_bytes", show: bytes },
  { head: "held for nothing", column: "unread_share", show: percent },
];

function showRdds(rdds: readonly Cells[]): void {
  const table = need("rdds", HTMLTableElement);
  if (rdds.length === 0) {
    table.hidden = true;
    return;
  }
  table.tHead?.append(
    make(
      "tr",
      {},
      make("th", { class: "l" }, "RDD"),
      make("th", { class: "l" }, "level"),
      COLUMNS.map(({ head }) => make("th", {}, head)),
    ),
  );
  table.tBodies[0]?.append(
    ...rdds.map((row) =>
      make(
        "tr",
        {},
        make(
          "td",
          {},
          `${row["rdd_id"] ?? "?"}${typeof row["name"] === "string" ? ` “${row["name"].slice(0, 60)}”` : ""}`,
        ),
        make("td", { class: "l" }, String(row["storage_level"] ?? "?")),
        COLUMNS.map(({ column, show = count }) => {
          const value = row[column];
          return typeof value === "number"
            ? make("td", {}, show(value))
            : make("td", { class: "unknown" }, "unknown");
        }),
      ),
    ),
  );
}
