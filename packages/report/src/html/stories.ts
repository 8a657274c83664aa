/** The stories that go along: of events that findings point to, as explain tells them. */
import { type ApplicationName, explain, type Finding, NotThereError } from "../explain/index.ts";
import type { StoriesJson, StoryFacts } from "../picture/facts.ts";
import type { Database } from "../sql/query.ts";
import { plainText } from "./html.ts";

/** Each takes some queries: beyond these the page tells an event from its row alone. */
const MOST = 12;

const ASKED = /^--(eviction|spill|oom) (\d+)$/;

/** Keys are `evicted 3`, `spilled 1`, `oom 2`: kind and ordinal of a pressure event. */
export async function storiesOf(
  database: Pick<Database, "rows">,
  application: ApplicationName,
  findings: readonly Finding[],
): Promise<StoriesJson> {
  const wanted = [
    ...new Set(
      findings.flatMap(({ next }) =>
        next.flatMap(({ command, argument }) => (command === "explain" ? [argument] : [])),
      ),
    ),
  ].filter((argument) => ASKED.test(argument));
  const stories: Record<string, StoryFacts> = {};
  for (const argument of wanted.slice(0, MOST)) {
    const [, about, nth] = ASKED.exec(argument) ?? [];
    if (about !== "eviction" && about !== "spill" && about !== "oom") continue;
    try {
      const story = await explain(database, application, { about, row: { nth: Number(nth) } });
      if (story.kind === "verdict") continue;
      stories[`${KINDS[about]} ${nth}`] = {
        title: plainText(story.title),
        lines: story.lines.map(({ about: what, text }) => ({ about: what, text: plainText(text) })),
      };
    } catch (error) {
      if (!(error instanceof NotThereError)) throw error;
    }
  }
  return stories;
}

const KINDS = { eviction: "evicted", spill: "spilled", oom: "oom" } as const;
