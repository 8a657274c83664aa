/**
 * The driver's listener bus: events that it dropped, which no event log holds (X16; AsyncEventQueue
 * 2.3+, LiveListenerBus before).
 */
import { type LogTemplate, template } from "../log-template.ts";

export const LISTENER_BUS: readonly LogTemplate[] = [
  template({
    name: "X16",
    since: "2.3",
    level: "WARN",
    says: "Dropped {int} events from {word} since {text}",
    example: "Dropped 5044 events from eventLog since the application started.",
    fact: (count, queue) => ({ kind: "events_dropped", count, queue }),
  }),
  template({
    name: "X16",
    until: "2.2",
    level: "WARN",
    says: "Dropped {int} SparkListenerEvents since {text}",
    example: "Dropped 5044 SparkListenerEvents since Thu Jan 25 06:36:32 UTC 2018",
    fact: (count) => ({ kind: "events_dropped", count, queue: undefined }),
  }),
];
