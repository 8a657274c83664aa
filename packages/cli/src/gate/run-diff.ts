/** The diff command's own part: two runs, measured alike, side by side. */
import { baselineOf, diffJson, diffText, judge } from "@respark/report/checks";
import type { Host } from "../host.ts";
import { styleOf } from "../terminal/style.ts";
import { measured, type RunOptions } from "./measured-run.ts";

export async function runDiff(
  host: Host,
  first: string,
  second: string,
  options: RunOptions,
): Promise<void> {
  const before = await measured(host, [first], options);
  const baseline = baselineOf([before]);
  const result = judge({
    baseline,
    run: await measured(host, [second], options),
    // For people nothing is left out, and nothing is too thin to be shown.
    config: { evidence: { level: "event_log", accuracy: 0 } },
    allowed: {
      configChange: true,
      versionChange: true,
      otherApplication: true,
      normaliseBy: undefined,
    },
    own: [],
  });
  await host.stdout.write(
    options.json === true ? diffJson(result) : diffText(result, before, styleOf(host)),
  );
}
