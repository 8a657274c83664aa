/** For tests: a directory that goes away, and what a discovery found in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ByteSource, ChunkOptions } from "../../src/bytes/byte-source.ts";
import { discover } from "../../src/bytes/discover.ts";
import type { DiscoveredSource } from "../../src/bytes/discovered-source.ts";
import type { DiscoveryOptions } from "../../src/bytes/discovery-options.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";

/** Writes these files (their names may have directories) into a new directory. */
export function directoryOf(files: Readonly<Record<string, Buffer | string>>): string {
  const root = mkdtempSync(join(tmpdir(), "respark-test-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

export async function bytesOf(source: ByteSource, options?: ChunkOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.chunks(options)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export interface Found {
  readonly root: string;
  readonly sources: readonly DiscoveredSource[];
  readonly diagnostics: Diagnostic[];
  /** Paths below the root, each with what its parts are called. */
  readonly logs: () => Record<string, string[]>;
  readonly codes: () => string[];
  /** All bytes of the log at this path below the root. */
  readonly bytes: (path?: string) => Promise<Buffer>;
}

export async function discovered(
  files: Readonly<Record<string, Buffer | string>>,
  options: Partial<DiscoveryOptions> & { readonly paths?: readonly string[] } = {},
): Promise<Found> {
  const root = directoryOf(files);
  return discoveredIn(root, options);
}

export async function discoveredIn(
  root: string,
  {
    paths = ["."],
    ...options
  }: Partial<DiscoveryOptions> & { readonly paths?: readonly string[] } = {},
): Promise<Found> {
  const diagnostics: Diagnostic[] = [];
  const sources = await discover(
    paths.map((path) => (path === "-" ? path : path === "." ? root : join(root, path))),
    { report: (diagnostic) => diagnostics.push(diagnostic), ...options },
  );
  const below = (path: string): string =>
    path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return {
    root,
    sources,
    diagnostics,
    logs: () =>
      Object.fromEntries(
        sources.map((source) => [
          below(source.path),
          source.parts.map(({ path }) =>
            path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("!")) + 1),
          ),
        ]),
      ),
    codes: () => diagnostics.map(({ code }) => code),
    bytes: async (path) => {
      const source = sources.find((one) => path === undefined || below(one.path) === path);
      if (source === undefined) throw new Error(`no log ${path}`);
      const parts: Buffer[] = [];
      for (const part of source.parts) parts.push(await bytesOf(part));
      return Buffer.concat(parts);
    },
  };
}
