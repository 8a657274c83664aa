/**
 * How often each function of respark, and each part of it, ran in one command: V8 counts exactly,
 * however busy the machine is.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../tested-bundle.ts";

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
    }[];
  }[];
}

/**
 * By function, how often its part that ran most did. In a process of its own: V8 counts what it
 * compiled before that no more. `folder` is made, for the counts.
 */
export function countedWork(folder: string, args: readonly string[]): ReadonlyMap<string, number> {
  mkdirSync(folder);
  execFileSync(process.execPath, [...commandLine(), ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: folder },
    stdio: "ignore",
  });
  const counts = new Map<string, number>();
  for (const file of readdirSync(folder)) {
    const { result }: Coverage = JSON.parse(readFileSync(join(folder, file), "utf8"));
    for (const { url, functions } of result) {
      // A chunk of the bundle, which has the libraries too, or a source.
      const source = /\/(?:packages\/(?=.*\/src\/)|dist\/)(.*)$/.exec(url)?.[1];
      if (source === undefined) continue;
      for (const { functionName, ranges } of functions) {
        const key = `${source} ${functionName} at ${ranges[0]?.startOffset}`;
        const most = ranges.reduce((most, { count }) => Math.max(most, count), 0);
        counts.set(key, Math.max(most, counts.get(key) ?? 0));
      }
    }
  }
  return counts;
}
