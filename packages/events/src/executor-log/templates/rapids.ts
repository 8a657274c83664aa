/** The RAPIDS accelerator's executor plugin: a GPU's memory, and a plugin that did not start. */
import type { LogFact } from "@respark/core";
import { type LogTemplate, type RecordAround, silent, template } from "../log-template.ts";
import { troubleWith } from "./troubles.ts";

/** DeviceMemoryEventHandler, 0.2 to 25.x: what it spills goes to the host's memory. */
export const DEVICE_MEMORY: readonly LogTemplate[] = [
  template({
    name: "X18",
    level: "INFO",
    says: "Device allocation of {int} bytes failed, {text}",
    example:
      "Device allocation of 922253344 bytes failed, device store has 18724193792 bytes. Total RMM allocated is 24204867840 bytes.",
    fact: (size, rest, around) =>
      said(around, `Device allocation of ${size} bytes failed, ${rest}`),
  }),
  template({
    name: "X18",
    level: "WARN",
    says: "Device store exhausted, unable to allocate {int} bytes. {text}",
    example:
      "Device store exhausted, unable to allocate 2570310640 bytes. Total RMM allocated is 15015998208 bytes.",
    fact: (size, rest, around) =>
      said(around, `Device store exhausted, unable to allocate ${size} bytes. ${rest}`),
  }),
  silent(
    "X18",
    "INFO",
    "Spilled {int} bytes from the device store",
    "Spilled 922385472 bytes from the device store",
  ),
];

export const RAPIDS_PLUGIN: readonly LogTemplate[] = [
  template({
    name: "X15",
    level: "ERROR",
    says: "Exception in the executor plugin, shutting down!",
    example: "Exception in the executor plugin, shutting down!",
    awaitsTrace: true,
    fact: (around) =>
      troubleWith("process", "Exception in the executor plugin, shutting down!", around),
  }),
];

function said({ logger }: RecordAround, message: string): LogFact {
  return { kind: "spark_error", logger, message, error: undefined };
}
