/** The reading beside a picture: exact numbers, how they are known, and the line that says so. */
import type { ModeFacts } from "../picture/facts.ts";
import { VACUOUS } from "../picture/per-pixel.ts";
import { at, leftOutAt, type Quantity, stepAt, type Track } from "../picture/track.ts";
import { bytes, count, exactBytes, percent } from "./amounts.ts";
import { type Detail, modeFacts, storyOf } from "./details.ts";
import { make, need } from "./elements.ts";
import { clock, executorAt, logPlace, meta, state } from "./state.ts";

/** What the crosshair reads, as numbers: NaN where no log tells. Tests hold it against SQL. */
export interface Read {
  readonly t: number;
  readonly seq: number;
  readonly storage: Bounds;
  readonly unroll: Bounds;
  readonly execution: Bounds;
  readonly pool: Bounds;
  readonly free: Bounds;
  readonly tasks: number;
  readonly origin: string | null;
  readonly place: string | null;
  /** steps of this moment stand only in the database */
  readonly between: boolean;
}

export interface Bounds {
  readonly best: number;
  readonly min: number;
  readonly max: number;
}

/** undefined: the executor was not there. */
export function readingAt(track: Track, moment: number, gone: number | null): Read | undefined {
  const step = stepAt(track.t, moment);
  if (step < 0 || (gone !== null && moment > gone)) return undefined;
  const between = leftOutAt(track, step, moment) ? track.between : undefined;
  const storage = boundsAt(between?.storage ?? track.storage, step);
  const execution = boundsAt(between?.execution ?? track.execution, step);
  return {
    t: moment,
    seq: at(track.seq, step),
    storage,
    execution,
    unroll: boundsAt(track.unroll, step),
    pool: boundsAt(track.pool, step),
    free: {
      best: Math.max(0, track.max - storage.best - execution.best),
      min: Math.max(0, track.max - storage.max - execution.max),
      max: Math.max(0, track.max - storage.min - execution.min),
    },
    tasks: at(track.tasks, step),
    origin: track.origin[step] ?? null,
    place: logPlace(at(track.file, step), at(track.line, step)),
    between: between !== undefined,
  };
}

function boundsAt(quantity: Quantity, step: number): Bounds {
  return {
    best: at(quantity.best, step),
    min: at(quantity.min, step),
    max: at(quantity.max, step),
  };
}

/** The crosshair; without one the fullest moment where it is in sight, else the middle. */
function momentRead(): { readonly t: number; readonly words: string } {
  if (state.hover !== null) return { t: state.hover, words: "At the crosshair" };
  const { peakAt, added, removed } = executorAt(state.executor);
  if (peakAt !== null && peakAt >= state.from && peakAt <= state.to) {
    return { t: peakAt, words: "Fullest moment" };
  }
  const from = Math.max(state.from, added ?? 0);
  return {
    t: (from + Math.min(state.to, removed ?? meta.span)) / 2,
    words: "Middle of the picture",
  };
}

export function showReading(detail: Detail | undefined, track: Track | undefined): void {
  const values = need("values", HTMLElement);
  const facts = detail === undefined ? undefined : modeFacts(detail, state.mode);
  if (track === undefined || facts === undefined) {
    values.replaceChildren();
    delete values.dataset["of"];
    return;
  }
  const { t, words } = momentRead();
  const asked = [state.executor, state.mode, words, t].join(" ");
  if (values.dataset["of"] === asked) return;
  values.dataset["of"] = asked;
  const title = make("h3", {}, `${words}: ${clock(t)} UTC`);
  const read = readingAt(track, t, executorAt(state.executor).removed);
  if (read === undefined) {
    const early = t < at(track.t, 0);
    values.replaceChildren(
      title,
      make("p", {}, early ? "The executor was not there yet." : "The executor is gone."),
    );
    return;
  }
  const rows = [
    line("storage", "storage", read.storage, facts),
    ...(read.between ? [] : [line("· unroll in it", "unroll", read.unroll, facts)]),
    line("execution", "exec", read.execution, facts),
    line("free", "line", read.free, facts),
    ...(read.between ? [] : [line("storage pool", "pool", read.pool, facts)]),
  ];
  values.replaceChildren(
    title,
    make("table", {}, make("tbody", {}, rows)),
    make("p", {}, tasksWords(read, track.max)),
    read.between
      ? make(
          "p",
          {},
          "Steps of this moment were left out of this file; they lie within these bounds.",
        )
      : make(
          "p",
          {},
          make("span", { class: `origin ${read.origin ?? ""}` }, read.origin ?? "unknown"),
          " ",
          read.place === null ? "no line" : make("code", {}, read.place),
          ` · event ${read.seq}`,
        ),
    make("p", {}, make("small", {}, stepsWords(facts))),
  );
}

function stepsWords({ steps, kept, grain }: ModeFacts): string {
  const thinned =
    kept < steps
      ? `${count(kept)} of ${count(steps)} steps are in this file: every peak is kept.`
      : `All ${count(steps)} steps are in this file.`;
  return grain > 1 ? `${thinned} Bytes are rounded to ${bytes(grain)}.` : thinned;
}

function line(name: string, swatch: string, read: Bounds, { max, grain }: ModeFacts): HTMLElement {
  const { best, min, max: most } = read;
  const unknown = Number.isNaN(best);
  const vacuous = !unknown && most - min >= VACUOUS * max;
  const about = grain > 1 ? "≈ " : "";
  // Around nothing, an interval that says nothing is no estimate: 0 would be a lie.
  const told =
    unknown || (vacuous && !(best > 0))
      ? make("span", { class: "unknown" }, "unknown")
      : `${vacuous ? "≈ " : ""}${bytes(best)}`;
  const interval = Number.isNaN(min) || Number.isNaN(most) ? "" : `${bytes(min)} … ${bytes(most)}`;
  return make(
    "tr",
    unknown
      ? {}
      : { title: `${about}${exactBytes(best)} (${exactBytes(min)} to ${exactBytes(most)})` },
    make("th", { class: "l", scope: "row" }, make("span", { class: `swatch ${swatch}` }), name),
    make("td", {}, told),
    make("td", { class: "interval" }, unknown ? "" : min === most ? "exact" : interval),
  );
}

function tasksWords({ tasks, pool, between }: Read, max: number): string {
  if (between || Number.isNaN(tasks)) return "Tasks that hold execution memory: unknown.";
  if (tasks === 0) return "No task holds execution memory.";
  const who = tasks === 1 ? "1 task holds or waits" : `${tasks} tasks hold or wait`;
  if (Number.isNaN(pool.best)) return `${who} for execution memory.`;
  const [least, most] = [(max - pool.best) / (2 * tasks), (max - pool.best) / tasks];
  return `${who} for execution memory; each may have ${bytes(least)} … ${bytes(most)} of the pool as it is (1/2N … 1/N).`;
}

const VERBS: Readonly<Record<string, string>> = {
  evicted: "Evicted",
  no_room: "No room for",
  spilled: "Spilled",
  waited: "Waited for execution memory",
  oom: "Out of memory",
};

/**
 * Beside the executor's picture, and beside the blocks' where a block is what it is about. The
 * story of an event comes with its executor's; where the file has none, its row tells.
 */
export async function tellEvent({ events }: Detail, event: number): Promise<void> {
  const asked = [state.executor, event].join(" ");
  const told = await storyOf(state.executor, event);
  // Another event may have been chosen while this one's story was unpacked.
  if ([state.executor, state.event].join(" ") !== asked) return;
  const kind = events.kind[event] ?? "";
  const title = told?.title ?? `${VERBS[kind] ?? kind} ${events.subject[event] ?? ""}`.trim();
  const lines: readonly (readonly [string, string])[] =
    told === undefined
      ? fromRow({ events }, event)
      : told.lines.map(({ about, text }) => [about, text]);
  const place = logPlace(at(events.file, event), at(events.line, event));
  const say = (): HTMLElement[] => [
    make("h3", {}, title),
    make(
      "dl",
      {},
      lines.map(([about, text]) => [make("dt", {}, about), make("dd", {}, text)]),
      place === null ? null : [make("dt", {}, "log"), make("dd", {}, make("code", {}, place))],
    ),
  ];
  need("story", HTMLElement).replaceChildren(...say());
  if (kind === "evicted" || kind === "no_room") {
    need("blockstory", HTMLElement).replaceChildren(...say());
  }
}

function fromRow({ events }: Pick<Detail, "events">, event: number): [string, string][] {
  const lines: [string, string][] = [["when", `${clock(at(events.t, event))} UTC`]];
  const add = (about: string, text: string | null): void => {
    if (text !== null && text !== "") lines.push([about, text]);
  };
  const [end, task] = [at(events.end, event), at(events.task, event)];
  const kind = events.kind[event] ?? "";
  if (kind === "waited") add("until", Number.isNaN(end) ? "unknown" : `${clock(end)} UTC`);
  add(kind === "waited" || kind === "oom" ? "asked for" : "size", bytes(at(events.size, event)));
  add("why", events.reason[event] ?? "no log tells");
  add("for", events.forBlock[event] ?? null);
  add("task", Number.isNaN(task) ? null : String(task));
  const kept = events.keptOnDisk[event];
  if (kind === "evicted") {
    add("then", kept === "true" ? "it stayed on disk" : "it was gone from this executor");
  }
  const regretted = events.regretted[event] ?? null;
  if (kind === "evicted" || kind === "no_room") {
    add(
      "cost",
      regretted === null
        ? "no log tells of reads"
        : regretted === "true"
          ? "a later read missed it"
          : "no later read missed it",
    );
  }
  const certainty = at(events.certainty, event);
  if (!Number.isNaN(certainty)) add("certain", percent(certainty));
  const asked: Readonly<Record<string, string>> = {
    evicted: "eviction",
    spilled: "spill",
    oom: "oom",
  };
  const flag = asked[kind];
  const nth = at(events.ordinal, event);
  if (flag !== undefined && !Number.isNaN(nth)) {
    add("more", `respark explain <db> --${flag} ${nth}`);
  }
  return lines;
}
