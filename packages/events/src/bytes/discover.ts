/** From what a user points at to the logs in it: files, directories, archives, standard input. */
import type { DiscoveredSource } from "./discovered-source.ts";
import type { DiscoveryOptions } from "./discovery-options.ts";
import { oldDirectory, rollingLogs } from "./rolling-log.ts";
import { datedEventLogs, rotatedLogs } from "./rotated-log.ts";
import { splitTexts } from "./split-text.ts";
import { type FoundFile, Walk } from "./walk.ts";

/**
 * All logs under these paths (files, directories, archives, `-`), ordered by path. What is odd is
 * reported, never thrown.
 */
export async function discover(
  paths: readonly string[],
  options: DiscoveryOptions,
): Promise<readonly DiscoveredSource[]> {
  const walk = new Walk(options);
  for (const path of paths) await walk.path(path);
  const directories = new Map<string, FoundFile[]>();
  for (const file of await walk.open()) {
    const beside = directories.get(file.directory);
    if (beside === undefined) directories.set(file.directory, [file]);
    else beside.push(file);
  }
  const sources: DiscoveredSource[] = [];
  for (const files of directories.values()) sources.push(...(await logsOf(files, options)));
  return sources.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The logs among the files of one directory. */
async function logsOf(
  files: readonly FoundFile[],
  options: DiscoveryOptions,
): Promise<DiscoveredSource[]> {
  const old = oldDirectory(files);
  const rolling = rollingLogs(old.rest, options.report);
  const dated = datedEventLogs(rolling.rest);
  const split = await splitTexts(dated.rest, options);
  const rotated = await rotatedLogs(split.rest);
  return [
    ...old.sources,
    ...rolling.sources,
    ...dated.sources,
    ...split.sources,
    ...rotated.sources,
    ...rotated.rest.map((file) => single(file, options)),
  ];
}

function single({ name, source }: FoundFile, { report }: DiscoveryOptions): DiscoveredSource {
  if (source.compressedBytes === 0) {
    report({ code: "empty_file", severity: "info", message: `${source.path} is empty` });
  }
  return {
    path: source.path,
    grouping: "single",
    parts: [source],
    compacted: false,
    beginsLate: false,
    inProgress: /\.inprogress(?:\.[a-z0-9]+)?$/i.test(name),
    sparkVersion: undefined,
  };
}
