/**
 * What shippers, rotations, scrubbers and people make of logs on their way, in their lines
 * (handling-changes.ts) and in how files are collected.
 */
import { gzipSync } from "node:zlib";
import type { Damage, RunFiles } from "./damages.ts";
import {
  deduplicated,
  type Expected,
  inEventLogs,
  inExecutorLogs,
  keep,
} from "./handling-changes.ts";

const longest = ({ executors }: RunFiles): string =>
  [...executors].reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];

const expecting = (expected: Expected): Pick<Damage, "harmless" | "either"> => {
  if (expected === "whole") return { harmless: true };
  return expected === "either" ? { either: true } : {};
};

/** The longest executor log in three parts, as log4j rolls it over: `.2` is the oldest. */
function rolled(
  change: (parts: [string[], string[], string[]]) => readonly (readonly [string, string[]])[],
) {
  return (files: RunFiles): void => {
    const id = longest(files);
    const lines = files.executors.get(id) ?? [];
    const third = Math.ceil(lines.length / 3);
    files.executors.delete(id);
    const parts: [string[], string[], string[]] = [
      lines.slice(0, third),
      lines.slice(third, 2 * third),
      lines.slice(2 * third),
    ];
    for (const [ending, part] of change(parts))
      files.others.set(`executor-${id}.log${ending}`, part);
  };
}

/** `other`: a run of another configuration. `again`: the same program and settings once more. */
export function handlingDamages(other: RunFiles, again: RunFiles): Damage[] {
  const stray = [...again.executors.values()][0] ?? [];
  return [
    ...inExecutorLogs.map(
      ([what, expected, change]): Damage => ({
        what: `executor log: ${what}`,
        ...expecting(expected),
        change: (files) => {
          const id = longest(files);
          files.executors.set(id, change(files.executors.get(id) ?? []));
        },
      }),
    ),
    ...inEventLogs.map(
      ([what, expected, change]): Damage => ({
        what: `event log: ${what}`,
        ...expecting(expected),
        change: ({ events }) => void events.splice(0, events.length, ...change([...events])),
      }),
    ),
    {
      what: "all logs: one line of ten is kept",
      change: ({ events, executors }) => {
        const tenth = keep((_, at) => at % 10 === 0);
        events.splice(0, events.length, ...tenth(events));
        for (const [id, lines] of executors) executors.set(id, tenth(lines));
      },
    },
    {
      what: "all executor logs: equal lines stand there once",
      either: true,
      change: ({ executors }) => {
        for (const [id, lines] of executors) executors.set(id, deduplicated(lines));
      },
    },
    {
      what: "all executor logs: each second line of evictions is gone",
      change: ({ executors }) => {
        for (const [id, lines] of executors) {
          let nth = 0;
          executors.set(
            id,
            lines.filter(
              (line) =>
                !/ropping block|selected for dropping|After dropping/.test(line) || nth++ % 2 === 0,
            ),
          );
        }
      },
    },
    {
      what: "one stage is gone from all logs",
      change: ({ events, executors }) => {
        const stages = events.flatMap(
          (line) => /StageCompleted".*?"Stage ID":(\d+)/.exec(line)?.[1] ?? [],
        );
        const gone = stages[stages.length >> 1] ?? "none";
        const isOther = (line: string): boolean =>
          !/SparkListener(?:Stage|Task)/.test(line) || /"Stage ID":(\d+)/.exec(line)?.[1] !== gone;
        events.splice(0, events.length, ...events.filter(isOther));
        for (const [id, lines] of executors)
          executors.set(
            id,
            lines.filter((line) => !line.includes(` in stage ${gone}.`)),
          );
      },
    },
    {
      what: "one executor is gone from all logs",
      change: (files) => {
        const id = longest(files);
        files.executors.delete(id);
        const { events } = files;
        events.splice(
          0,
          events.length,
          ...events.filter((line) => !line.includes(`"Executor ID":"${id}"`)),
        );
      },
    },
    {
      what: "the event log is of the same program run again",
      change: ({ events }) => void events.splice(0, events.length, ...again.events),
    },
    {
      what: "an executor log is of the same program run again",
      change: (files) => void files.executors.set(longest(files), [...stray]),
    },
    {
      what: "an executor log of the same program run again lies beside",
      change: ({ others }) => void others.set("executor-7.log", [...stray]),
    },
    {
      what: "the event log of the same program run again lies beside",
      change: ({ others }) => void others.set(`${again.eventLog}-again`, [...again.events]),
    },
    {
      what: "the last tenth of the same program's event log stands at its end",
      change: ({ events }) =>
        void events.push(...again.events.slice(-Math.ceil(again.events.length / 10))),
    },
    {
      what: "the last tenth of another run's executor log stands at its end",
      change: (files) => {
        const [lines = []] = other.executors.values();
        files.executors.get(longest(files))?.push(...lines.slice(-Math.ceil(lines.length / 10)));
      },
    },
    {
      what: "executors' logs have exchanged their later halves",
      change: ({ executors }) => {
        const [[a, one] = ["0", []], [b, two] = ["1", []]] = executors;
        executors.set(a, [...one.slice(0, one.length >> 1), ...two.slice(two.length >> 1)]);
        executors.set(b, [...two.slice(0, two.length >> 1), ...one.slice(one.length >> 1)]);
      },
    },
    {
      what: "an executor log is there under two names",
      harmless: true,
      change: (files) => {
        files.others.set("copy-of-stderr.log", [...(files.executors.get(longest(files)) ?? [])]);
      },
    },
    {
      what: "the event log is there under two names",
      either: true,
      change: ({ events, eventLog, others }) => void others.set(`${eventLog}.bak`, [...events]),
    },
    {
      what: "the event log stands beside its own first half in progress",
      either: true,
      change: ({ events, eventLog, others }) => {
        others.set(`${eventLog}.inprogress`, events.slice(0, events.length >> 1));
      },
    },
    {
      what: "only the event log's first half in progress is there",
      change: ({ events, eventLog, others }) => {
        others.set(`${eventLog}.inprogress`, events.splice(0, events.length >> 1));
        events.length = 0;
      },
    },
    {
      what: "an executor log rolled over into three files",
      harmless: true,
      change: rolled(([a, b, c]) => [
        [".2", a],
        [".1", b],
        ["", c],
      ]),
    },
    {
      what: "an executor log rolled over, two parts under each other's names",
      either: true,
      change: rolled(([a, b, c]) => [
        [".1", a],
        [".2", b],
        ["", c],
      ]),
    },
    {
      what: "an executor log rolled over, its oldest part gone",
      change: rolled(([, b, c]) => [
        [".1", b],
        ["", c],
      ]),
    },
    {
      what: "an executor log rolled over, its middle part gone",
      change: rolled(([a, , c]) => [
        [".2", a],
        ["", c],
      ]),
    },
    {
      what: "an executor log rolled over, its newest part gone",
      change: rolled(([a, b]) => [
        [".2", a],
        [".1", b],
      ]),
    },
    {
      what: "an executor log rolled over, a part twice",
      either: true,
      change: rolled(([a, b, c]) => [
        [".2", a],
        [".1", b],
        [".3", b],
        ["", c],
      ]),
    },
    ...["events", "0"].map(
      (key): Damage => ({
        what: `${key === "events" ? "the event log" : "an executor log"} is packed twice`,
        either: true,
        change: ({ packed, endings }) => {
          packed.set(key, (text) => gzipSync(gzipSync(text)));
          endings.set(key, ".gz.gz");
        },
      }),
    ),
    {
      what: "an executor log has a checksum's line at its end",
      either: true,
      change: (files) =>
        void files.executors.get(longest(files))?.push("-- 1f3870be274f6c49b3e31a0c6728957f"),
    },
  ];
}
