/** TorrentBroadcast (spec/log-templates.md 2.6 X10, 2.3 D19). */
import { type LogTemplate, silent, template } from "../log-template.ts";

export const TORRENT_BROADCAST: readonly LogTemplate[] = [
  template({
    name: "X10",
    until: "2.4",
    level: "INFO",
    says: "Started reading broadcast variable {int}",
    example: "Started reading broadcast variable 3",
    fact: (broadcastId) => ({
      kind: "broadcast_read",
      broadcastId,
      step: "started",
      pieces: undefined,
    }),
  }),
  // The estimated total size is pieces × 4 MiB, not a size.
  template({
    name: "X10",
    since: "3.0",
    level: "INFO",
    says: "Started reading broadcast variable {int} with {int} pieces (estimated total size {size})",
    example: "Started reading broadcast variable 3 with 1 pieces (estimated total size 4.0 MiB)",
    fact: (broadcastId, pieces) => ({
      kind: "broadcast_read",
      broadcastId,
      step: "started",
      pieces,
    }),
  }),
  template({
    name: "X10",
    level: "INFO",
    says: "Reading broadcast variable {int} took {text} ms",
    example: "Reading broadcast variable 3 took 12 ms",
    fact: (broadcastId) => ({
      kind: "broadcast_read",
      broadcastId,
      step: "took",
      pieces: undefined,
    }),
  }),
  template({
    name: "X10",
    until: "1.6",
    level: "INFO",
    says: "Reading broadcast variable {int} took {text} s",
    example: "Reading broadcast variable 3 took 0.0123 s",
    fact: (broadcastId) => ({
      kind: "broadcast_read",
      broadcastId,
      step: "took",
      pieces: undefined,
    }),
  }),
  template({
    name: "D19",
    level: "INFO",
    says: "Destroying Broadcast({int}) (from {text})",
    example: "Destroying Broadcast(3) (from destroy at Job.scala:12)",
    fact: (id) => ({ kind: "driver_unpersist", what: "broadcast", id }),
  }),
  silent("D19", "INFO", "Unpersisting TorrentBroadcast {int}", "Unpersisting TorrentBroadcast 3"),
];
