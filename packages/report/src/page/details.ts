/** What is known of single executors: unpacked on demand, kept, and laid out once. */
import type { Unpacked } from "../picture/chunk.ts";
import type {
  ExecutorJson,
  Mode,
  ModeFacts,
  ScatterJson,
  SmallJson,
  StoryFacts,
} from "../picture/facts.ts";
import { at, type Track, trackIn } from "../picture/track.ts";
import { chunk } from "./chunks.ts";
import { meta, repaint, state } from "./state.ts";

export interface Detail {
  readonly facts: ExecutorJson;
  readonly tracks: ReadonlyMap<Mode, Track>;
  readonly events: Events;
  readonly tasks: Tasks | undefined;
  readonly held: Held | undefined;
  readonly blocks: BlockEvents | undefined;
}

export interface Events {
  readonly n: number;
  readonly t: Float64Array;
  readonly end: Float64Array;
  readonly kind: readonly (string | null)[];
  readonly ordinal: Float64Array;
  readonly size: Float64Array;
  readonly task: Float64Array;
  readonly subject: readonly (string | null)[];
  readonly reason: readonly (string | null)[];
  readonly forBlock: readonly (string | null)[];
  readonly keptOnDisk: readonly (string | null)[];
  readonly regretted: readonly (string | null)[];
  readonly certainty: Float64Array;
  readonly file: Float64Array;
  readonly line: Float64Array;
}

/** Times in ms from the start. */
export interface Tasks {
  readonly n: number;
  readonly t: Float64Array;
  readonly millis: Float64Array;
  readonly stage: Float64Array;
  readonly spilled: Float64Array;
  readonly status: readonly (string | null)[];
  readonly lane: Uint16Array;
  readonly lanes: number;
}

export interface Held {
  readonly n: number;
  readonly task: Float64Array;
  readonly t: Float64Array;
  readonly end: Float64Array;
  readonly used: Float64Array;
  readonly usedMin: Float64Array;
  readonly usedMax: Float64Array;
  readonly shareMin: Float64Array;
  readonly shareMax: Float64Array;
}

export interface BlockEvents {
  readonly n: number;
  readonly t: Float64Array;
  readonly id: readonly (string | null)[];
  readonly op: readonly (string | null)[];
  readonly bytes: Float64Array;
}

const details = new Map<number, Detail | "coming">();
const unpacked = new Map<number, Promise<Detail>>();

export function detailWhenUnpacked(index: number): Promise<Detail> {
  const known = unpacked.get(index) ?? chunk(`x${index}`).then(detailIn);
  unpacked.set(index, known);
  return known;
}

/** undefined: it is being unpacked, and a repaint follows. */
export function detailOf(index: number): Detail | undefined {
  const known = details.get(index);
  if (known === "coming") return undefined;
  if (known !== undefined) return known;
  details.set(index, "coming");
  void detailWhenUnpacked(index).then((detail) => {
    details.set(index, detail);
    repaint("strips", "thumbs", "minimap");
    if (index === state.executor) repaint("executor", "blocks", "shares");
  });
  return undefined;
}

export function modeFacts(detail: Detail, mode: Mode): ModeFacts | undefined {
  return detail.facts.modes.find((known) => known.mode === mode);
}

function detailIn(read: Unpacked): Detail {
  const facts = read.json<ExecutorJson>();
  const tracks = new Map<Mode, Track>();
  for (const { mode, max } of facts.modes) {
    const track = trackIn(read, `${mode}.`, max);
    if (track !== undefined) tracks.set(mode, track);
  }
  const numbers = (name: string): Float64Array => read.numbers(name);
  const texts = (name: string): readonly (string | null)[] => read.texts(name);
  return {
    facts,
    tracks,
    events: {
      n: numbers("event.t").length,
      t: numbers("event.t"),
      end: numbers("event.ends"),
      kind: texts("event.kind"),
      ordinal: numbers("event.ordinal"),
      size: numbers("event.size_bytes"),
      task: numbers("event.task_id"),
      subject: texts("event.subject"),
      reason: texts("event.reason"),
      forBlock: texts("event.for_block_id"),
      keptOnDisk: texts("event.kept_on_disk"),
      regretted: texts("event.regretted"),
      certainty: numbers("event.certainty"),
      file: numbers("event.source_file_id"),
      line: numbers("event.source_line"),
    },
    tasks: read.has("task.t") ? tasksIn(read) : undefined,
    held: read.has("held.t")
      ? {
          n: numbers("held.t").length,
          task: numbers("held.task"),
          t: numbers("held.t"),
          end: numbers("held.end"),
          used: numbers("held.used"),
          usedMin: numbers("held.used_min"),
          usedMax: numbers("held.used_max"),
          shareMin: numbers("held.share_min"),
          shareMax: numbers("held.share_max"),
        }
      : undefined,
    blocks: read.has("block.t")
      ? {
          n: numbers("block.t").length,
          t: numbers("block.t"),
          id: texts("block.id"),
          op: texts("block.op"),
          bytes: numbers("block.bytes"),
        }
      : undefined,
  };
}

/** Tasks that overlap stand in lanes, each in the first that is free. */
function tasksIn(read: Unpacked): Tasks {
  const [t, millis] = [read.numbers("task.t"), read.numbers("task.ms")];
  const lane = new Uint16Array(t.length);
  const ends: number[] = [];
  for (let i = 0; i < t.length; i++) {
    const begin = at(t, i);
    const lasts = at(millis, i);
    const free = ends.findIndex((end) => end <= begin);
    const own = free < 0 ? ends.length : free;
    ends[own] = Number.isNaN(lasts) ? Infinity : begin + lasts;
    lane[i] = own;
  }
  return {
    n: t.length,
    t,
    millis,
    stage: read.numbers("task.stage"),
    spilled: read.numbers("task.spilled"),
    status: read.texts("task.status"),
    lane,
    lanes: ends.length,
  };
}

export async function smallFacts(): Promise<SmallJson> {
  return (await chunk("small")).json<SmallJson>();
}

/** Stories by executor and place of the event, of each chunk that was unpacked for one of them. */
const stories = new Map<number, Promise<ReadonlyMap<string, StoryFacts>>>();

/** undefined: the file has none, and the event's row tells. */
export async function storyOf(executor: number, event: number): Promise<StoryFacts | undefined> {
  const place = meta.stories.findLastIndex((from) => from <= executor);
  if (place < 0) return undefined;
  const known = stories.get(place) ?? chunk(`s${place}`).then(storiesIn);
  stories.set(place, known);
  return (await known).get(`${executor} ${event}`);
}

function storiesIn(read: Unpacked): ReadonlyMap<string, StoryFacts> {
  const told = new Map<string, StoryFacts>();
  const [executors, events] = [read.numbers("executor"), read.numbers("event")];
  const [titles, lines] = [read.texts("title"), read.numbers("lines")];
  const [about, text] = [read.texts("about"), read.texts("text")];
  let from = 0;
  for (const [story, title] of titles.entries()) {
    const to = from + at(lines, story);
    const own = about.slice(from, to).map((what, line) => ({
      about: what ?? "",
      text: text[from + line] ?? "",
    }));
    told.set(`${at(executors, story)} ${at(events, story)}`, { title: title ?? "", lines: own });
    from = to;
  }
  return told;
}

export async function scatterFacts(): Promise<{
  readonly facts: ScatterJson;
  readonly points: Unpacked;
}> {
  const points = await chunk("scatter");
  return { facts: points.json<ScatterJson>(), points };
}
