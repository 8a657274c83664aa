/// <reference types="node" />
/** What Spark's history server takes to list one log and to show its executors and stages. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const port = 18_481;
/** Of /proc: user and system time, in clock ticks of a hundredth of a second. */
const TICKS = 100;
/** Reflection that Spark needs on Java 17. Follows JavaModuleOptions, Spark 3.5.6. */
const opened = ["java.lang", "java.lang.invoke", "java.nio", "java.util", "sun.nio.ch"].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
);

/** CPU seconds and peak memory until the application is shown. @throws Error when it never is */
export async function historyServer(
  jars: string,
  log: string,
): Promise<{ readonly cpu: number; readonly peakMB: number }> {
  const folder = mkdtempSync(join(tmpdir(), "respark-history-"));
  copyFileSync(log, join(folder, basename(log)));
  const home = process.env["JAVA_HOME"];
  const java = home === undefined ? "java" : join(home, "bin/java");
  const server = spawn(
    java,
    [
      "-Xmx4g",
      ...opened,
      `-Dspark.history.fs.logDirectory=file://${folder}`,
      `-Dspark.history.ui.port=${port}`,
      "-Dspark.history.fs.update.interval=1h",
      "-cp",
      join(jars, "*"),
      "org.apache.spark.deploy.history.HistoryServer",
    ],
    { stdio: "ignore" },
  );
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  };
  try {
    const id = await listed(ask);
    await ask(`applications/${id}/allexecutors`);
    await ask(`applications/${id}/stages`);
    const { pid } = server;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { cpu: (Number(stat[11]) + Number(stat[12])) / TICKS, peakMB: Number(peak) / 1024 };
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function listed(ask: (path: string) => Promise<unknown>): Promise<string> {
  for (let tries = 0; tries < 1200; tries++) {
    await sleep(100);
    const answer = await ask("applications").catch(() => undefined);
    const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
    if (typeof first === "object" && first !== null && "id" in first) return String(first.id);
  }
  throw new Error("the history server lists no application");
}
