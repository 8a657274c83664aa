/// <reference types="node" />
/**
 * What `size` and `whatif` cost on a recorded run grown to many tasks: each partition, its task and
 * its block so many times over, and as many more executors. node --conditions=@respark/source
 * --import tsx bench/whatif/size.ts <database> [tasks] [size | whatif | curves]
 */
import { createHash } from "node:crypto";
import { type RunRecord, sizeOf, whatIfInDetail } from "../../packages/report/src/index.ts";
import { recordOf } from "../../test/whatif/records.ts";

const run = await recordOf(process.argv[2] ?? "");
if (run === undefined) throw new Error("no application in this database");
const times = Math.max(1, Math.round(Number(process.argv[3] ?? "100000") / run.tasks.length));
const large = grown(run, times);
const kind = process.argv[4] ?? "size";
const before = process.cpuUsage();
const answer =
  kind === "size"
    ? sizeOf(large, {
        keep: ["no-evictions", "no-recomputes", "no-failed-puts", "no-spills", "no-oom"],
        probability: 0.95,
        knob: "spark.executor.memory",
        between: undefined,
        seed: 1,
      })
    : whatIfInDetail(large, {
        scenarios: [new Map([["spark.executor.memory", "768m"]])],
        levels: new Map(),
        draws: 40,
        seed: 1,
        knob: undefined,
        missRatios: kind === "curves",
      }).answer;
const { user, system } = process.cpuUsage(before);
const text = JSON.stringify(answer);
process.stdout.write(
  `${kind} of ${large.tasks.length} tasks on ${large.executors.length} executors: ` +
    `${((user + system) / 1e6).toFixed(1)} CPU s, highest ` +
    `${Math.round(process.resourceUsage().maxRSS / 1024)} MB, digest ` +
    `${createHash("sha256").update(text).digest("hex").slice(0, 12)}\n`,
);
if (process.argv[5] !== undefined) process.stdout.write(`${text}\n`);

/** Copies have ids, partitions and executors of their own, at the same times. */
function grown(one: RunRecord, copies: number): RunRecord {
  const most = (ids: readonly number[]): number => ids.reduce((a, b) => Math.max(a, b), 0) + 1;
  const tasks = most(one.tasks.map(({ taskId }) => taskId));
  const partitionsOf = new Map(
    one.stages.map((stage) => [
      `${stage.stageId}.${stage.attempt}`,
      most(
        one.tasks
          .filter((task) => task.stageId === stage.stageId && task.stageAttempt === stage.attempt)
          .map(({ partition }) => partition),
      ),
    ]),
  );
  const blocksOf = new Map(one.rdds.map(({ rddId, partitions }) => [rddId, partitions ?? 1]));
  const executor = (id: string, copy: number): string => (copy === 0 ? id : `${id}-${copy}`);
  const block = (id: string, copy: number): string => {
    const [, rdd, partition] = /^rdd_(\d+)_(\d+)$/.exec(id) ?? [];
    if (rdd === undefined || partition === undefined) return id;
    return `rdd_${rdd}_${Number(partition) + copy * (blocksOf.get(Number(rdd)) ?? 1)}`;
  };
  const each = <Item>(items: readonly Item[], of: (item: Item, copy: number) => Item): Item[] =>
    Array.from({ length: copies }, (_, copy) => items.map((item) => of(item, copy))).flat();
  return {
    ...one,
    executors: each(one.executors, (item, copy) => {
      return { ...item, executorId: executor(item.executorId, copy) };
    }),
    stages: one.stages.map((stage) => ({ ...stage, plannedTasks: stage.plannedTasks * copies })),
    tasks: each(one.tasks, (task, copy) => {
      const shift = copy * (partitionsOf.get(`${task.stageId}.${task.stageAttempt}`) ?? 1);
      return {
        ...task,
        taskId: task.taskId + copy * tasks,
        index: task.index + shift,
        partition: task.partition + shift,
        executorId: executor(task.executorId, copy),
      };
    }),
    rdds: one.rdds.map((rdd) => ({
      ...rdd,
      partitions: rdd.partitions === undefined ? undefined : rdd.partitions * copies,
    })),
    blocks: each(one.blocks, (item, copy) => {
      return { ...item, partition: item.partition + copy * (blocksOf.get(item.rddId) ?? 1) };
    }),
    blockEvents: each(one.blockEvents, (event, copy) => ({
      ...event,
      executorId: executor(event.executorId, copy),
      blockId: block(event.blockId, copy),
      taskId: event.taskId === undefined ? undefined : event.taskId + copy * tasks,
    })),
    sqlMetrics: each(one.sqlMetrics, (metric, copy) => {
      return { ...metric, taskId: metric.taskId + copy * tasks };
    }),
    spillers: new Map(
      [...one.spillers].flatMap(([task, consumer]) =>
        Array.from({ length: copies }, (_, copy): [number, string] => [
          task + copy * tasks,
          consumer,
        ]),
      ),
    ),
  };
}
