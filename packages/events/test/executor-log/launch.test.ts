import { expect, test } from "vitest";
import { executorCommand } from "../../src/executor-log/templates/launch.ts";

const command = (flag: string, cores: string) =>
  executorCommand(
    `java ${flag} o.a.s.CoarseGrainedExecutorBackend --executor-id 1 --cores ${cores}`,
  );

test("an executor's command tells its heap and its cores", () => {
  expect(command("-Xmx512M", "2")).toMatchObject({ xmxBytes: 512 * 1024 ** 2, cores: 2 });
  expect(command("-Xms1g -Xmx8191t", "2147483647")).toMatchObject({
    xmxBytes: 8191 * 1024 ** 4,
    cores: 2_147_483_647,
  });
});

test.each([
  ["-Xmx9007199254740993M", "2147483648"],
  ["-Xmx8192t", "99999999999999999999"],
  ["-XX:MaxHeapSize=9007199254740992", "-1"],
  ["-Xmx99999999999999999999999", "two"],
])("damage in an executor's command is nothing known: %s --cores %s", (flag, cores) => {
  expect(command(flag, cores)).toMatchObject({ xmxBytes: undefined, cores: undefined });
});

test("a heap that is damaged does not make an earlier one the JVM's", () => {
  expect(command("-Xmx1g -Xmx9007199254740993M", "2")).toMatchObject({ xmxBytes: undefined });
});

test("a command without cores tells none", () => {
  expect(executorCommand("java -Xmx1g --executor-id 1")).toMatchObject({ cores: undefined });
});
