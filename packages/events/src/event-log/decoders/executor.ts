/** Executors and their block managers: when they came, with what memory, and why they went. */
import { type EventDecoder, executorIdOf } from "../event.ts";
import {
  int,
  type JsonObject,
  MissingField,
  needInt,
  needInteger,
  needObject,
  needText,
  needTimeMs,
  quantity,
  text,
  texts,
  timeMs,
} from "../json.ts";

const EXECUTOR_ADDED: EventDecoder = {
  event: "SparkListenerExecutorAdded",
  picks: {
    Timestamp: true,
    "Executor ID": true,
    "Executor Info": {
      Host: true,
      "Total Cores": true,
      "Resource Profile Id": true,
      Attributes: true,
    },
  },
  decode: (event) => {
    const info = needObject(event, "Executor Info");
    return {
      kind: "executor_added",
      executorId: executorIdOf(needText(event, "Executor ID")),
      timeMs: needTimeMs(event, "Timestamp"),
      host: needText(info, "Host"),
      cores: needInt(info, "Total Cores"),
      resourceProfileId: int(info, "Resource Profile Id"),
      attributes: texts(info, "Attributes"),
    };
  },
};

export function executorDecoders(): readonly EventDecoder[] {
  return [
    EXECUTOR_ADDED,
    {
      event: "SparkListenerExecutorRemoved",
      picks: { Timestamp: true, "Executor ID": true, "Removed Reason": true },
      decode: (event) => ({
        kind: "executor_removed",
        executorId: executorIdOf(needText(event, "Executor ID")),
        timeMs: needTimeMs(event, "Timestamp"),
        reason: text(event, "Removed Reason") ?? "",
      }),
    },
    {
      event: "SparkListenerBlockManagerAdded",
      picks: {
        "Block Manager ID": true,
        "Maximum Memory": true,
        "Maximum Onheap Memory": true,
        "Maximum Offheap Memory": true,
        Timestamp: true,
      },
      decode: (event) => ({
        kind: "block_manager_added",
        ...blockManagerId(event),
        timeMs: timeMs(event, "Timestamp"),
        maxBytes: maximumMemory(event),
        maxOnHeapBytes: quantity(event, "Maximum Onheap Memory"),
        maxOffHeapBytes: quantity(event, "Maximum Offheap Memory"),
      }),
    },
    {
      event: "SparkListenerBlockManagerRemoved",
      picks: { "Block Manager ID": true, Timestamp: true },
      decode: (event) => ({
        kind: "block_manager_removed",
        ...blockManagerId(event),
        timeMs: timeMs(event, "Timestamp"),
      }),
    },
  ];
}

/** `Maximum Memory`, from its two parts where the sum itself is not an exact integer. */
function maximumMemory(event: JsonObject): number {
  const total = quantity(event, "Maximum Memory");
  if (total !== undefined) return total;
  const onHeap = quantity(event, "Maximum Onheap Memory");
  if (onHeap === undefined) throw new MissingField('no usable "Maximum Memory"');
  return onHeap + (quantity(event, "Maximum Offheap Memory") ?? 0);
}

function blockManagerId(event: JsonObject): { executorId: string; host: string; port: number } {
  const id = needObject(event, "Block Manager ID");
  return {
    executorId: executorIdOf(needText(id, "Executor ID")),
    host: needText(id, "Host"),
    port: needInteger(id, "Port"),
  };
}
