/**
 * What of the input is new or changed since a database was written, by path, size and time of
 * change; and what is to be remembered of it.
 */
import { dirname, resolve, sep } from "node:path";
import { hideSecretShapes, type Survey, type SurveyedApplication } from "@respark/events";
import type { ReplayedInput } from "@respark/report";
import type { FileState, Host } from "../host.ts";
import type { Input } from "../input.ts";
import { version } from "../version.ts";

/** What is to be known of files once their applications are done. */
export interface InputStates {
  /** `failure`: why it could not be replayed. */
  of(application: SurveyedApplication, failure: string | undefined): ReplayedInput[];
  /** Files looked at that belong to no application. */
  ofNone(): ReplayedInput[];
}

/** `mayBeEmpty`: finding no application is no trouble. */
export type Look = (input: Input, mayBeEmpty: boolean) => Promise<Survey>;

export interface Changes {
  /** files that are new or changed; none: there is nothing to do */
  readonly fresh: readonly FileState[];
  /** files that are there and need no reading */
  readonly known: number;
  look(look: Look): Promise<Survey & { readonly inputs: InputStates }>;
}

export async function changesSince(
  host: Host,
  input: Input,
  held: readonly ReplayedInput[],
): Promise<Changes> {
  const files = new Map<string, FileState>();
  for (const path of input.paths) {
    for (const file of await host.filesUnder(path)) files.set(file.path, file);
  }
  const rowsOf = new Map<string, ReplayedInput[]>();
  for (const row of held) rowsOf.set(row.path, [...(rowsOf.get(row.path) ?? []), row]);
  const isFresh = (file: FileState): boolean =>
    !(rowsOf.get(file.path) ?? []).some((row) => isAsItWas(row, file));
  const fresh = [...files.values()].filter(isFresh);
  return {
    fresh,
    known: files.size - fresh.length,
    look: async (look) => {
      const freshPaths = new Set(fresh.map(({ path }) => path));
      // An application is replayed from all of its logs: the old ones of what a new file belongs to
      // are read with it.
      const wanted = new Set([...freshPaths, ...siblings(freshPaths, held)]);
      if (wanted.size === 0) {
        return { files: [], applications: [], inputs: statesOf([], { wanted, files, held }) };
      }
      const isKnown = held.length > 0;
      let found = await look(of(input, wanted, files), isKnown);
      const more = belongingTo(found, held).filter((path) => files.has(path) && !wanted.has(path));
      if (more.length > 0) {
        for (const path of more) wanted.add(path);
        found = await look(of(input, wanted, files), isKnown);
      }
      const applications = found.applications.filter((application) =>
        pathsOf(application).some((path) => freshPaths.has(path)),
      );
      return { ...found, applications, inputs: statesOf(applications, { wanted, files, held }) };
    },
  };
}

function isAsItWas(row: ReplayedInput, file: FileState): boolean {
  return (
    row.resparkVersion === version &&
    row.bytes === file.bytes &&
    row.modifiedMicros === file.modifiedMicros
  );
}

function of(
  input: Input,
  wanted: ReadonlySet<string>,
  files: ReadonlyMap<string, FileState>,
): Input {
  // All of it: as the user named it, so that messages and paths in tables are the same as without
  // --resume.
  if (wanted.size >= files.size) return input;
  const paths = [...wanted].filter((path) => files.has(path)).sort();
  return { ...input, paths: paths.map((path) => asNamed(path, input.paths)) };
}

/** A file as the user named it: below a folder that was named by a relative path, by that path. */
export function asNamed(path: string, given: readonly string[]): string {
  for (const named of given) {
    const whole = resolve(named);
    if (path === whole) return named;
    if (path.startsWith(`${whole}${sep}`)) {
      return `${named.endsWith(sep) ? named.slice(0, -1) : named}${path.slice(whole.length)}`;
    }
  }
  return path;
}

/** Files of the applications that these files belonged to. */
function siblings(paths: ReadonlySet<string>, held: readonly ReplayedInput[]): string[] {
  const touched = new Set(
    held.filter(({ path }) => paths.has(path)).flatMap((row) => keyOf(row) ?? []),
  );
  return held.filter((row) => touched.has(keyOf(row) ?? "")).map(({ path }) => path);
}

/**
 * Known files of the applications that new files name; beside those that name none, all known ones.
 */
function belongingTo(found: Survey, held: readonly ReplayedInput[]): string[] {
  const ids = new Set(found.applications.map(({ appId }) => appId));
  const nameless = [
    ...found.applications.filter(({ appId }) => appId.startsWith("unknown-")).flatMap(pathsOf),
    ...found.files
      .filter(({ kind, appId }) => appId === undefined && kind !== "other")
      .map(({ path }) => onDisk(path)),
  ];
  const folders = new Set(nameless.map((path) => dirname(path)));
  return held
    .filter(
      ({ path, application }) =>
        (application !== undefined && ids.has(application.appId)) ||
        folders.has(dirname(path)) ||
        // A log of no application may be an executor's whose event log is there now.
        (application === undefined &&
          found.applications.some((one) =>
            pathsOf(one).some((other) => dirname(other) === dirname(path)),
          )),
    )
    .map(({ path }) => path);
}

function statesOf(
  applications: readonly SurveyedApplication[],
  {
    wanted,
    files,
    held,
  }: {
    readonly wanted: ReadonlySet<string>;
    readonly files: ReadonlyMap<string, FileState>;
    readonly held: readonly ReplayedInput[];
  },
): InputStates {
  const stateOf = (
    path: string,
    application: SurveyedApplication | undefined,
    failure: string | undefined,
  ): ReplayedInput[] => {
    const file = files.get(path);
    if (file === undefined) return [];
    const key =
      application === undefined
        ? undefined
        : { appId: application.appId, attemptId: application.attemptId };
    // The reason may quote the log.
    const reason = failure === undefined ? undefined : hideSecretShapes(failure);
    return [{ ...file, resparkVersion: version, application: key, failure: reason }];
  };
  const owned = new Set(applications.flatMap(pathsOf));
  return {
    of: (application, failure) =>
      pathsOf(application).flatMap((path) => stateOf(path, application, failure)),
    ofNone: () => [
      // A folder keeps all of them in one file, which is written anew.
      ...held.filter(({ path, application }) => application === undefined && !wanted.has(path)),
      ...[...wanted]
        .filter((path) => !owned.has(path))
        .flatMap((path) => stateOf(path, undefined, undefined)),
    ],
  };
}

/** Of the files on disk: parts of a rolling log, and the archive of what is in one. */
export function pathsOf({ files }: SurveyedApplication): string[] {
  return [...new Set(files.flatMap(({ source }) => source.parts.map(({ path }) => onDisk(path))))];
}

function onDisk(path: string): string {
  const [file = path] = path.split("!", 1);
  return resolve(file);
}

function keyOf({ application }: ReplayedInput): string | undefined {
  return application === undefined ? undefined : `${application.appId}\n${application.attemptId}`;
}
