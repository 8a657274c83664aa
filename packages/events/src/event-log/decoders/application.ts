/** The application itself: log start (and Databricks' own first line), start and end. */
import type { EventDecoder } from "../event.ts";
import { integer, type JsonObject, needText, needTimeMs, quantity, text } from "../json.ts";

export function applicationDecoders(): readonly EventDecoder[] {
  return [
    {
      event: "SparkListenerLogStart",
      picks: { "Spark Version": true },
      decode: (event) => ({ kind: "log_start", sparkVersion: needText(event, "Spark Version") }),
    },
    {
      // Databricks writes this instead of LogStart, at the head of every rolled part.
      event: "DBCEventLoggingListenerMetadata",
      picks: { "Spark Version": true, "Rollover Number": true, "SparkContext Id": true },
      decode: (event) => ({
        kind: "log_start",
        sparkVersion: needText(event, "Spark Version"),
        rollover: quantity(event, "Rollover Number"),
        contextId: contextId(event),
      }),
    },
    {
      event: "SparkListenerApplicationStart",
      picks: {
        "App Name": true,
        "App ID": true,
        "App Attempt ID": true,
        Timestamp: true,
        User: true,
      },
      decode: (event) => ({
        kind: "application_start",
        name: needText(event, "App Name"),
        appId: text(event, "App ID"),
        attemptId: text(event, "App Attempt ID"),
        timeMs: needTimeMs(event, "Timestamp"),
        user: text(event, "User"),
      }),
    },
    {
      event: "SparkListenerApplicationEnd",
      picks: { Timestamp: true, ExitCode: true },
      decode: (event) => ({
        kind: "application_end",
        timeMs: needTimeMs(event, "Timestamp"),
        exitCode: integer(event, "ExitCode"),
      }),
    },
  ];
}

/** A number beyond 2^53: only equal ones are asked for. */
function contextId(event: JsonObject): string | undefined {
  const id = event["SparkContext Id"];
  return typeof id === "number" || typeof id === "string" ? String(id) : undefined;
}
