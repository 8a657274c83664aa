/**
 * What the application was asked to run with: Spark properties, the driver's JVM, resource
 * profiles.
 */
import type { EventDecoder } from "../event.ts";
import { amount, isObject, type JsonObject, needInt, object, texts } from "../json.ts";

export function environmentDecoders(): readonly EventDecoder[] {
  return [
    {
      event: "SparkListenerEnvironmentUpdate",
      picks: { "Spark Properties": true, "System Properties": true, "JVM Information": true },
      decode: (event) => ({
        kind: "environment",
        sparkProperties: texts(event, "Spark Properties"),
        systemProperties: texts(event, "System Properties"),
        jvm: texts(event, "JVM Information"),
      }),
    },
    {
      event: "SparkListenerResourceProfileAdded",
      picks: {
        "Resource Profile Id": true,
        "Executor Resource Requests": true,
        "Task Resource Requests": true,
      },
      decode: (event) => ({
        kind: "resource_profile",
        profileId: needInt(event, "Resource Profile Id"),
        executor: amounts(event, "Executor Resource Requests"),
        task: amounts(event, "Task Resource Requests"),
      }),
    },
  ];
}

function amounts(event: JsonObject, key: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [name, request] of Object.entries(object(event, key) ?? {})) {
    const value = isObject(request) ? amount(request, "Amount") : undefined;
    if (value !== undefined) found.set(name, value);
  }
  return found;
}
