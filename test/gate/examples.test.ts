/**
 * The GitHub Action and the CI examples: they run, or at least say nothing that respark does not
 * know.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { replayed, respark } from "../cli/run-respark.ts";
import { commandLine } from "../tested-bundle.ts";

const root = join(import.meta.dirname, "../..");
const example = join(root, "examples/ci-check");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "run.duckdb");
const eventLogAlone = join(root, "fixtures/runs/s35-f-base-dbg/app-20261121023659-0000.lz4");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

beforeAll(async () => {
  cpSync(example, scratch, { recursive: true });
  await replayed([join(root, "fixtures/runs/s35-f-base-dbg"), "-o", database]);
  const { code, stderr } = await respark([
    "baseline",
    database,
    "-o",
    join(scratch, "memory.baseline.json"),
    "--config",
    join(scratch, "respark.config.json"),
  ]);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("the example's configuration and checks of one's own are taken, and hold on a real run", async () => {
  const { code, stdout } = await respark([
    "check",
    database,
    "--config",
    join(scratch, "respark.config.json"),
    "--json",
  ]);
  const { verdicts } = JSON.parse(stdout) as { verdicts: { check: string; status: string }[] };
  expect(code).toBe(0);
  expect(verdicts.filter(({ check }) => check.startsWith("no-"))).toMatchObject([
    { check: "no-evicted-broadcast", status: "pass" },
    { check: "no-starved-task", status: "pass" },
  ]);
});

const action = z
  .object({
    inputs: z.record(z.string(), z.object({ description: z.string(), required: z.boolean() })),
    outputs: z.record(z.string(), z.object({ value: z.string() })),
    runs: z.object({
      using: z.literal("composite"),
      steps: z.array(
        z.object({
          id: z.string().optional(),
          env: z.record(z.string(), z.string()).optional(),
          run: z.string().optional(),
        }),
      ),
    }),
  })
  .parse(parse(textOf("action.yml")));
const step = action.runs.steps.find(({ id }) => id === "check");

describe("the GitHub Action", () => {
  test("takes every input as environment, and puts none of them into its script", () => {
    expect(step?.run).not.toContain("${{");
    const used = Object.values(step?.env ?? {}).join();
    for (const input of Object.keys(action.inputs).filter((name) => name !== "working-directory")) {
      expect(used).toContain(`inputs.${input} }}`);
    }
  });

  /** A copy of the action's repository whose launcher runs the bundle, or cannot be built. */
  function launcherIn(directory: string, { builds }: { readonly builds: boolean }): string {
    const repository = join(directory, "action");
    mkdirSync(repository, { recursive: true });
    const launcher = join(repository, "respark");
    writeFileSync(
      launcher,
      builds
        ? `exec '${[process.execPath, ...commandLine()].join("' '")}' "$@"\n`
        : "echo 'respark: what it needs could not be fetched' >&2\nexit 69\n",
    );
    return launcher;
  }

  interface Case {
    readonly what: string;
    readonly code: number;
    readonly budget?: number;
    readonly extra?: string;
    readonly path?: string;
    readonly builds?: boolean;
  }
  const cases: readonly Case[] = [
    { what: "a run that holds", code: 0 },
    { what: "a run that is worse", budget: 1, code: 1 },
    { what: "an argument that is no option", extra: "--no-such-option", code: 2 },
    { what: "an argument that would be a command", extra: "; touch owned", code: 3 },
    { what: "logs that are not there", path: "no-logs", code: 3 },
    { what: "an event log alone", path: eventLogAlone, code: 4 },
    { what: "other memory settings", path: join(root, "fixtures/runs/s35-g-base-dbg"), code: 5 },
    { what: "a tool that cannot be built", builds: false, code: 69 },
  ];
  test.each(cases)(
    "ends as respark check does, and names the reports it wrote: $code, $what",
    ({ what, budget, extra = "", path = database, builds = true, code }) => {
      const directory = join(scratch, what.replaceAll(" ", "-"));
      mkdirSync(directory, { recursive: true });
      cpSync(join(scratch, "memory.baseline.json"), join(directory, "memory.baseline.json"));
      writeFileSync(
        join(directory, "strict.json"),
        JSON.stringify({ limits: budget === undefined ? {} : { evicted_bytes: { budget } } }),
      );
      writeFileSync(join(directory, "output"), "");
      writeFileSync(join(directory, "summary"), "");
      const ran = spawnSync("bash", ["-e", "-o", "pipefail", "-c", step?.run ?? ""], {
        cwd: directory,
        encoding: "utf8",
        env: {
          PATH: process.env["PATH"] ?? "",
          RUNNER_TEMP: directory,
          GITHUB_OUTPUT: join(directory, "output"),
          GITHUB_STEP_SUMMARY: join(directory, "summary"),
          RESPARK: launcherIn(directory, { builds }),
          RESPARK_PATH: path,
          RESPARK_BASELINE: "memory.baseline.json",
          RESPARK_CONFIG: "strict.json",
          RESPARK_ARGUMENTS: extra,
          RESPARK_RETRY_SECONDS: "0",
        },
      });
      expect({ status: ran.status, stderr: ran.stderr }).toMatchObject({ status: code });
      const outputs = readFileSync(join(directory, "output"), "utf8");
      expect(outputs).toContain(`exit-code=${code}\n`);
      const reports = [...outputs.matchAll(/^(?:junit|sarif|markdown)=(.*)$/gm)].map(
        ([, file]) => file ?? "",
      );
      for (const file of reports) expect(readFileSync(file, "utf8")).not.toBe("");
      expect(reports.length).toBe(code < 2 || code === 4 || code === 5 ? 3 : 0);
      const summary = readFileSync(join(directory, "summary"), "utf8");
      expect(summary.includes("Memory gate")).toBe(reports.length === 3);
      expect(ran.stdout.includes("respark could not run")).toBe(code === 69);
      expect(execFileSync("ls", [directory], { encoding: "utf8" })).not.toContain("owned");
    },
  );
});

describe("every respark command in the examples and the guide uses options there are", () => {
  const files = [
    "examples/ci-check/github.yml",
    "examples/ci-check/gitlab-ci.yml",
    "examples/ci-check/Jenkinsfile",
    "examples/ci-check/README.md",
    "docs/gate.md",
  ];
  test.each(files)("%s", async (file) => {
    for (const [, command = "", rest = ""] of textOf(file).matchAll(
      /\brespark (check|baseline|diff) ([^\n`]*)/g,
    )) {
      const { stdout: help } = await respark([command, "--help"]);
      for (const [option] of rest.matchAll(/(?<!\S)--?[a-z][a-z-]*/g))
        expect(help).toContain(option);
    }
  });

  test.each(["examples/ci-check/github.yml", "examples/ci-check/gitlab-ci.yml"])(
    "%s is YAML",
    (file) => {
      expect(parse(textOf(file))).toBeTypeOf("object");
    },
  );

  test("the workflow gives the action inputs it has, and takes outputs it has", () => {
    const text = textOf("examples/ci-check/github.yml");
    const workflow = z
      .object({
        jobs: z.record(
          z.string(),
          z.object({
            steps: z.array(
              z.object({
                id: z.string().optional(),
                with: z.record(z.string(), z.unknown()).optional(),
              }),
            ),
          }),
        ),
      })
      .parse(parse(text));
    const gate = Object.values(workflow.jobs)
      .flatMap(({ steps }) => steps)
      .find(({ id }) => id === "gate");
    for (const input of Object.keys(gate?.with ?? {}))
      expect(Object.keys(action.inputs)).toContain(input);
    for (const [, output = ""] of text.matchAll(/steps\.gate\.outputs\.([a-z-]+)/g)) {
      expect(Object.keys(action.outputs)).toContain(output);
    }
  });
});
