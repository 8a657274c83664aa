import { describe, expect, test } from "vitest";
import type { LogTemplate } from "../../src/executor-log/log-template.ts";
import { LoggerTemplates } from "../../src/executor-log/template-set.ts";
import {
  ANY_LOGGER_TEMPLATES,
  BARE_TEMPLATES,
  TEMPLATE_GROUPS,
} from "../../src/executor-log/templates/index.ts";

const GROUPS = [
  ...TEMPLATE_GROUPS,
  { loggers: ["(any logger)"], templates: ANY_LOGGER_TEMPLATES },
  { loggers: ["(no layout)"], templates: BARE_TEMPLATES },
];

function found(templates: readonly LogTemplate[], message: string) {
  const bytes = Buffer.from(message);
  return new LoggerTemplates("", templates).find(bytes, 0, bytes.length);
}

describe.each(GROUPS.map(({ loggers, templates }) => ({ logger: loggers[0], templates })))(
  "$logger",
  ({ templates, logger = "" }) => {
    test.each(templates.map((template) => ({ template, row: template.name, says: template.says })))(
      "$row: $says",
      ({ template }) => {
        const { example } = template;
        const bytes = Buffer.from(example);
        const match = found(templates, example);
        expect(match).toBe(template);
        const fact = template.factOfMatch(bytes, { logger, trace: [] });
        expect(fact !== undefined).toBe(template.hasFact);
        expect(template.factOf(template.wording.values(bytes), { logger, trace: [] })).toEqual(
          fact,
        );
      },
    );

    test("a line cut anywhere is read by no template as if it were whole", () => {
      for (const { example, says, name } of templates) {
        if (!/[).]$/.test(says)) continue;
        const cut = example.slice(0, -2);
        const read = found(
          templates.filter((other) => other.says === says),
          cut,
        );
        expect(read && `${name}: ${cut}`).toBeUndefined();
      }
    });
  },
);

test("every row of the spec's tables has a template", () => {
  const rows = new Set(GROUPS.flatMap(({ templates }) => templates.map(({ name }) => name)));
  const wanted = [
    ..."M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M11' M12 M13 M14 M15 M16 M17 M18 M19".split(" "),
    ..."B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14 B15 B16 B17 B18 C1".split(" "),
    ..."D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D16 D17 D18 D19".split(" "),
    ..."P1 P1' P2 P3 P4 P5 P6 P7 T1 T2 T3 T4 T5 T5' T6 T7 T8".split(" "),
    ..."S1 S1' S1'' S2 S3 S3' S4 S5 S6 S7 X1 X2 X3 X4 X5 X6 X7 X8 X9 X10 X11 X12 X13".split(" "),
    ..."Y1 Y3 Y5 K1 G1 G2 G3 G4 G5 G6 G8 G9 G10 G11 G12 G13".split(" "),
  ];
  expect(wanted.filter((row) => !rows.has(row))).toEqual([]);
});

test("a printed size is every number of bytes that prints so", () => {
  const fact = factOf(
    "MemoryStore",
    "Block rdd_0_1 stored as values in memory (estimated size 12.3 MiB, free 93.3 MB)",
  );
  expect(fact).toEqual({
    kind: "block_stored",
    blockId: "rdd_0_1",
    form: "values",
    // 12.25 MiB … just below 12.35 MiB
    size: { atLeast: 12_845_056, atMost: 12_949_913 },
    free: { atLeast: 97_779_712, atMost: 97_884_569 },
  });
});

test("a block that takes less than nothing is damage, and no fact", () => {
  const line = "Block rdd_0_1 stored as values in memory (estimated size -1.0 B, free 93.3 MB)";
  expect(factOf("MemoryStore", line)).toBeUndefined();
});

test("bytes are exact, and free may be negative", () => {
  expect(
    factOf(
      "BlockManagerInfo",
      "Added rdd_0_1 in memory on h:1 (size: 947.0 B, free: -123456789.0 B)",
    ),
  ).toMatchObject({
    size: { atLeast: 947, atMost: 947 },
    free: { atLeast: -123_456_789, atMost: -123_456_789 },
  });
});

test("4.0 forgot a blank after `free memory is`", () => {
  expect(factOf("MemoryStore", "After dropping 1 blocks, free memory is26.0 MiB")).toEqual(
    factOf("MemoryStore", "After dropping 1 blocks, free memory is 26.0 MiB"),
  );
});

test("1.6 spills for collections that it calls null", () => {
  expect(factOf("TaskMemoryManager", "Task 12 acquire 5.0 MB for null")).toMatchObject({
    kind: "execution_acquired",
    taskId: 12,
    consumer: undefined,
  });
});

test("a storage level in words, and in the five booleans of 1.x", () => {
  const words = factOf(
    "BlockManager",
    "Level for block rdd_4_1 is StorageLevel(disk, memory, deserialized, 2 replicas)",
  );
  expect(words).toEqual({
    kind: "block_level",
    blockId: "rdd_4_1",
    useDisk: true,
    useMemory: true,
    useOffHeap: false,
    deserialized: true,
    replication: 2,
  });
  expect(
    factOf("BlockManager", "Level for block rdd_4_1 is StorageLevel(true, true, false, true, 2)"),
  ).toEqual(words);
});

test("the executor of a spilling sorter is named by the logger", () => {
  expect(
    factOf(
      "ShuffleExternalSorter",
      "Task 12 on Thread 61 spilling sort data of 20.0 MiB to disk (0  times so far)",
    ),
  ).toMatchObject({
    kind: "spill",
    consumer: "ShuffleExternalSorter",
    taskId: 12,
    threadId: 61,
    times: 0,
  });
});

test("an executor's command line gives Xmx, cores and application", () => {
  const bytes = Buffer.from(
    'Spark Executor Command: "/usr/bin/java" "-cp" "/opt/a b/*" "-Xmx512M" "-Dspark.ssl.keyPassword=hunter2" "-XX:+UseG1GC" "o.CoarseGrainedExecutorBackend" "--executor-id" "0" "--cores" "2" "--app-id" "app-1"',
  );
  const match = new LoggerTemplates("", BARE_TEMPLATES).find(bytes, 0, bytes.length);
  expect(match?.factOfMatch(bytes, { logger: "", trace: [] })).toEqual({
    kind: "executor_command",
    executorId: "0",
    appId: "app-1",
    cores: 2,
    xmxBytes: 512 * 1024 ** 2,
    jvmFlags: ["-Xmx512M", "-Dspark.ssl.keyPassword=*********", "-XX:+UseG1GC"],
  });
});

function factOf(logger: string, message: string) {
  const group = TEMPLATE_GROUPS.find(({ loggers }) => loggers.includes(logger));
  const match = found(group?.templates ?? [], message);
  return match?.factOfMatch(Buffer.from(message), { logger, trace: [] });
}
