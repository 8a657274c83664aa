/** A metric of the gate. */
import { camel, snake } from "./names.mjs";

export const check = (name) => ({
  files: {
    [`packages/report/src/checks/${name}.ts`]: `/** What this metric holds: one sentence. */
import type { Metric } from "./check.ts";
import { EVIDENCE, THIS_APP } from "./this-application.ts";

export const ${camel(name)}: readonly Metric[] = [
  {
    id: "${snake(name)}",
    title: "… in words",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "warn",
    allowance: { relative: 0.5, absolute: 1 },
    extensive: true,
    // NULL where these logs cannot show it: what is not measured never passes as 0.
    sql: \`with \${EVIDENCE}
      select null as subject, if(level >= 3, n, null) as value, n as value_min, n as value_max,
        by_logs as "by"
      from evidence, (select count(*) as n from memory_leaks where \${THIS_APP})\`,
    lookFurther: "from memory_leaks",
  },
];
`,
  },
  index: {
    path: "packages/report/src/checks/index.ts",
    imported: camel(name),
    from: name,
    list: "export const metrics:",
    entry: `...${camel(name)}`,
  },
  left: [
    "its SQL, its allowance, and a row in docs/gate.md",
    "a pair of runs in which it fires and one in which it does not, in test/gate/recorded-pairs.test.ts",
  ],
});
