/**
 * The stories that go along: what each block event tells when it is clicked, and what findings
 * name.
 */
import {
  type ApplicationName,
  blockEventStories,
  explain,
  type Finding,
  NotThereError,
  type ToldEvent,
} from "../explain/index.ts";
import { numberColumn, textColumn } from "../picture/columns.ts";
import type { StoryFacts } from "../picture/facts.ts";
import type { Database } from "../sql/query.ts";
import type { Answer } from "./answer.ts";
import { type Chunk, chunk } from "./chunks.ts";
import { type Columns, partsOf } from "./executor-columns.ts";
import { plainText } from "./html.ts";
import type { Run } from "./run-facts.ts";

/** Of spills and out-of-memory errors: each takes some queries, beyond these the row tells. */
const MOST_NAMED = 12;
/**
 * Of evictions and refusals, those of the worst executors first: about 90 bytes each in the file.
 */
const MOST_OF_BLOCKS = 4000;

const ASKED = /^--(spill|oom) (\d+)$/;
const KINDS = { spill: "spilled", oom: "oom" } as const;

interface Events {
  readonly run: Run;
  /** pressure events, in order of executor and time */
  readonly events: Answer;
}

/** A chunk holds so many or more, of as many executors as that takes. */
const IN_A_CHUNK = 200;

export interface StoryChunks {
  readonly chunks: readonly Chunk[];
  /** of each chunk, the place of the first executor whose stories it may hold */
  readonly from: readonly number[];
}

interface Placed {
  readonly executor: number;
  readonly event: number;
  readonly story: StoryFacts;
}

/** Chunks `s0`, `s1` … by executors and the places of their events. */
export async function storyChunks(
  database: Pick<Database, "rows">,
  application: ApplicationName,
  findings: readonly Finding[],
  { run, events }: Events,
): Promise<StoryChunks> {
  const numbers = ["t", "ordinal"];
  const parts = partsOf(events, numbers, ["kind", "subject"]);
  const named = await namedStories(database, application, findings);
  const ofBlocks = await blockEventStories(database, application, withRoom({ run, events }));
  const told = new Map(ofBlocks.map((story) => [keyOf(story), story]));
  const placed = run.executors.map(({ id }, executor) => {
    const part = parts(id);
    const [kinds, subjects] = [part.texts("kind"), part.texts("subject")];
    const [times, ordinals] = [part.numbers("t"), part.numbers("ordinal")];
    return kinds.flatMap((kind, event): Placed[] => {
      const ordinal = ordinals[event] ?? undefined;
      const [micros, blockId] = [times[event] ?? 0, subjects[event] ?? ""];
      const story =
        kind === "evicted" || kind === "no_room"
          ? told.get(keyOf({ executorId: id, ordinal, micros, blockId }))
          : named.get(`${kind ?? ""} ${ordinal ?? ""}`);
      return story === undefined ? [] : [{ executor, event, story }];
    });
  });
  return chunked(placed);
}

function chunked(placed: readonly (readonly Placed[])[]): StoryChunks {
  const chunks: Chunk[] = [];
  const from: number[] = [];
  let waiting: Placed[] = [];
  let first = 0;
  for (const [executor, own] of placed.entries()) {
    waiting.push(...own);
    const isLast = executor === placed.length - 1;
    if (waiting.length < (isLast ? 1 : IN_A_CHUNK)) continue;
    chunks.push(chunk(`s${chunks.length}`, columnsOf(waiting), null));
    from.push(first);
    first = executor + 1;
    waiting = [];
  }
  return { chunks, from };
}

function columnsOf(stories: readonly Placed[]): Columns {
  const lines = stories.flatMap(({ story }) => story.lines);
  return {
    executor: numberColumn(stories.map(({ executor }) => executor)),
    event: numberColumn(stories.map(({ event }) => event)),
    title: textColumn(stories.map(({ story }) => plainText(story.title))),
    lines: numberColumn(stories.map(({ story }) => story.lines.length)),
    about: textColumn(lines.map(({ about }) => about)),
    text: textColumn(lines.map(({ text }) => plainText(text))),
  };
}

/** An eviction by its number; a refusal, which has none, by its moment and block. */
function keyOf({
  executorId,
  ordinal,
  micros,
  blockId,
}: Omit<ToldEvent, "title" | "lines">): string {
  return ordinal === undefined ? JSON.stringify([executorId, micros, blockId]) : String(ordinal);
}

/** Executors whose block events are told, worst first, as many as there is room for. */
function withRoom({ run, events }: Events): string[] {
  const parts = partsOf(events, [], ["kind"]);
  let room = MOST_OF_BLOCKS;
  return run.executors.flatMap(({ id }) => {
    const own = parts(id).texts("kind");
    const count = own.filter((kind) => kind === "evicted" || kind === "no_room").length;
    if (count === 0 || count > room) return [];
    room -= count;
    return [id];
  });
}

/** Keys are `spilled 1`, `oom 2`: kind and ordinal of a pressure event. */
async function namedStories(
  database: Pick<Database, "rows">,
  application: ApplicationName,
  findings: readonly Finding[],
): Promise<Map<string, StoryFacts>> {
  const asked = findings.flatMap(({ next }) =>
    next.flatMap(({ command, argument }) => (command === "explain" ? [argument] : [])),
  );
  const wanted = [...new Set(asked)].filter((argument) => ASKED.test(argument));
  const stories = new Map<string, StoryFacts>();
  for (const argument of wanted.slice(0, MOST_NAMED)) {
    const [, about, nth] = ASKED.exec(argument) ?? [];
    if (about !== "spill" && about !== "oom") continue;
    try {
      const story = await explain(database, application, { about, row: { nth: Number(nth) } });
      if (story.kind !== "verdict") stories.set(`${KINDS[about]} ${nth ?? ""}`, story);
    } catch (error) {
      if (!(error instanceof NotThereError)) throw error;
    }
  }
  return stories;
}
