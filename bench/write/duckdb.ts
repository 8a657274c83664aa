/**
 * How fast rows become a DuckDB file, and in how much memory: `node --conditions=@respark/source
 * --import tsx bench/write/duckdb.ts [rows]`.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  BlockEventRow,
  EmitRow,
  ExecutorMetricRow,
  MemoryTimelineRow,
  TaskMemoryTimelineRow,
} from "../../packages/core/src/index.ts";
import { DuckDbSink } from "../../packages/report/src/sinks/duckdb.ts";
import { seededRandom } from "../seeded-random.ts";

const rows = Number(process.argv[2] ?? 2_000_000);
const random = seededRandom(1);
const folder = await mkdtemp(join(tmpdir(), "respark-bench-"));

const blockEvent: BlockEventRow = {
  executorId: "1",
  seq: 0,
  ts: 0,
  tsMin: 0,
  tsMax: 0,
  blockId: "rdd_0_0",
  op: "store",
  memoryBytes: 0,
  memoryBytesMin: 0,
  memoryBytesMax: 0,
  diskBytes: undefined,
  mode: "on_heap",
  taskId: 0,
  missKind: undefined,
  cause: undefined,
  causedByTaskId: undefined,
  causedByBlockId: undefined,
  rule: undefined,
  certainty: undefined,
  origin: "logged",
  sourceFileId: 1,
  sourceLine: 1,
};
const triple = () => ({ bytes: 0, atLeast: 0, atMost: 0 });
const timeline: MemoryTimelineRow = {
  executorId: "1",
  mode: "on_heap",
  seq: 0,
  ts: 0,
  endTs: 0,
  storageUsed: triple(),
  unrollUsed: triple(),
  executionUsed: triple(),
  storagePool: triple(),
  executionPool: triple(),
  free: triple(),
  storageAvailable: triple(),
  executionAvailable: triple(),
  maxMemoryBytes: 1e9,
  activeTasks: 4,
  origin: "derived",
  sourceFileId: 1,
  sourceLine: 1,
};
const taskTimeline: TaskMemoryTimelineRow = {
  executorId: "1",
  mode: "on_heap",
  seq: 0,
  taskId: 0,
  ts: 0,
  endTs: 0,
  executionUsed: triple(),
  shareMinBytes: 0,
  shareMaxBytes: 0,
  origin: "derived",
  sourceFileId: 1,
  sourceLine: 1,
};

const metric: ExecutorMetricRow = {
  executorId: "1",
  stageId: 0,
  stageAttemptId: 0,
  taskId: 0,
  ts: 0,
  name: "",
  value: 0,
  isPeak: true,
  sourceFileId: 1,
  sourceLine: 1,
};
const metricNames = [
  "JVMHeapMemory",
  "JVMOffHeapMemory",
  "OnHeapExecutionMemory",
  "OnHeapStorageMemory",
  "OnHeapUnifiedMemory",
  "DirectPoolMemory",
  "MappedPoolMemory",
  "ProcessTreeJVMRSSMemory",
  "MinorGCCount",
  "MinorGCTime",
];

interface Case {
  readonly name: string;
  readonly columns: number;
  readonly write: (emit: EmitRow) => void;
}

const bytes = (): number => Math.floor(random() * 65_536) * 65_536;
const cases: Case[] = [
  {
    name: "task_memory_timeline",
    columns: 16,
    write: (emit) => {
      for (let row = 0; row < rows; row += 1) {
        taskTimeline.seq = row;
        taskTimeline.taskId = row >> 4;
        taskTimeline.ts = 1.75e15 + row * 100;
        taskTimeline.endTs = taskTimeline.ts + 100;
        const used = taskTimeline.executionUsed;
        used.bytes = bytes();
        used.atLeast = used.bytes;
        used.atMost = used.bytes;
        taskTimeline.shareMinBytes = 1e8;
        taskTimeline.shareMaxBytes = 2e8;
        taskTimeline.sourceLine = row;
        emit("task_memory_timeline", taskTimeline);
      }
    },
  },
  {
    name: "memory_timeline",
    columns: 36,
    write: (emit) => {
      for (let row = 0; row < rows; row += 1) {
        timeline.seq = row;
        timeline.ts = 1.75e15 + row * 100;
        timeline.endTs = timeline.ts + 100;
        timeline.sourceLine = row;
        const used = timeline.storageUsed;
        used.bytes = bytes();
        used.atLeast = used.bytes;
        used.atMost = used.bytes;
        const free = timeline.free;
        free.bytes = 4e9 - used.bytes;
        free.atLeast = free.bytes;
        free.atMost = free.bytes;
        emit("memory_timeline", timeline);
      }
    },
  },
  {
    name: "block_events (a text of its own in each row)",
    columns: 26,
    write: (emit) => {
      for (let row = 0; row < rows; row += 1) {
        blockEvent.seq = row;
        blockEvent.blockId = `rdd_${row % 997}_${row}`;
        blockEvent.ts = 1.75e15 + row * 100;
        blockEvent.tsMin = blockEvent.ts;
        blockEvent.tsMax = blockEvent.ts + 1e6;
        blockEvent.memoryBytes = bytes();
        blockEvent.memoryBytesMin = blockEvent.memoryBytes;
        blockEvent.memoryBytesMax = blockEvent.memoryBytes;
        blockEvent.taskId = row >> 2;
        blockEvent.sourceLine = row;
        emit("block_events", blockEvent);
      }
    },
  },
  {
    name: "executor_metrics (ten values an event)",
    columns: 12,
    write: (emit) => {
      for (let row = 0; row < rows; row += 1) {
        const event = Math.floor(row / metricNames.length);
        metric.stageId = event >> 8;
        metric.taskId = event;
        metric.ts = 1.75e15 + event * 1000;
        metric.name = metricNames[row % metricNames.length] ?? "";
        metric.value = bytes();
        metric.sourceLine = event;
        emit("executor_metrics", metric);
      }
    },
  },
];

const only = process.argv[3];
for (const { name, columns, write } of cases.filter(
  (one) => only === undefined || one.name.startsWith(only),
)) {
  const path = join(folder, "bench.duckdb");
  const cpu = process.cpuUsage();
  const began = performance.now();
  const sink = await DuckDbSink.open({ path, mode: "overwrite" });
  const application = sink.application({ appId: "app-20261121023659-0000", attemptId: "1" });
  write(application.emit);
  const written = performance.now();
  await application.complete();
  await sink.finish();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { size } = await stat(path);
  process.stdout.write(
    `${name}, ${columns} columns: ${Math.round(rows / seconds / 1000)} k rows/s, ${((user + system) / rows).toFixed(2)} µs CPU a row, ${((written - began) / 1000).toFixed(2)} + ${(seconds - (written - began) / 1000).toFixed(2)} s, ${Math.round(size / 1e6)} MB, RSS at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`,
  );
}
await rm(folder, { recursive: true, force: true });
