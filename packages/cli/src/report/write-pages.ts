/** Pages of applications: one file of one, or a folder with one of each and one of all. */
import { basename, join } from "node:path";
import { type Database, type FleetRow, fleetPage, type ReportPage } from "@respark/report";
import { type ApplicationKey, applicationsIn, listed } from "../database/applications.ts";
import { oneApplication } from "../database/one-application.ts";
import { refuseForeign, writeResult } from "../gate/write-result.ts";
import type { Host } from "../host.ts";
import type { ApplicationOptions } from "../options.ts";
import { UserError } from "../user-error.ts";
import { type PageNotes, pageOf } from "./page-of.ts";

export interface PagesOptions extends ApplicationOptions {
  /** undefined: `./<application>.html` */
  readonly output?: string | undefined;
  readonly overwrite?: true | undefined;
  /** false: hosts are numbered, not named */
  readonly hosts?: boolean | undefined;
  /** bytes */
  readonly maxSize?: number | undefined;
  /** undefined: all */
  readonly executors?: readonly string[] | undefined;
}

function notesIn({ hosts, maxSize, executors }: PagesOptions): PageNotes {
  return { hosts, mostBytes: maxSize, executors };
}

export interface Source {
  readonly database: Database;
  /** undefined: logs, replayed for now alone */
  readonly path: string | undefined;
  readonly named: string;
}

export interface Written {
  readonly file: string;
  readonly bytes: number;
  /** undefined: the page of all applications */
  readonly row: FleetRow | undefined;
}

function writtenOf(file: string, { html, row }: ReportPage): Written {
  return { file, bytes: Buffer.byteLength(html), row };
}

/** With `-` the page goes to standard output, and nothing is written. */
export async function writePages(
  host: Host,
  source: Source,
  options: PagesOptions,
): Promise<readonly Written[]> {
  const { output } = options;
  if (output !== undefined && (await isFolder(host, output))) {
    return await writeFolder(host, source, output, options);
  }
  const application = await oneApplicationOrFolder(source, options);
  const file = output ?? `${safeName(application.appId)}.html`;
  await refuseOverwriting(host, file, options);
  const page = await pageOf(source.database, application, source.path, notesIn(options));
  if (file === "-") {
    await host.stdout.write(page.html);
    return [];
  }
  await writeResult(host, file, page.html, "page");
  return [writtenOf(file, page)];
}

async function isFolder(host: Host, output: string): Promise<boolean> {
  return /[/\\]$/.test(output) || (await host.kindOf(output)) === "directory";
}

async function oneApplicationOrFolder(
  { database, named }: Source,
  options: PagesOptions,
): Promise<ApplicationKey> {
  try {
    return await oneApplication((sql) => database.rows(sql), named, options);
  } catch (error) {
    const several = (await applicationsIn((sql) => database.rows(sql))).length > 1;
    if (!(error instanceof UserError) || !several || options.app !== undefined) throw error;
    throw new UserError(`${error.message}; or all of them, each with its page: -o reports/`);
  }
}

const FLEET = "index.html";

/**
 * A page of each application, and one of all: written one by one, so that a thousand need no more
 * memory than one.
 */
async function writeFolder(
  host: Host,
  { database, path, named }: Source,
  folder: string,
  options: PagesOptions,
): Promise<Written[]> {
  const known = await applicationsIn((sql) => database.rows(sql));
  const applications = known.filter(
    ({ appId, attemptId }) =>
      (options.app === undefined || appId === options.app) &&
      (options.attempt === undefined || attemptId === options.attempt),
  );
  if (applications.length === 0) {
    throw new UserError(`no application ${options.app ?? ""} in ${named}; it has ${listed(known)}`);
  }
  const files = fileNames(applications);
  for (const file of [FLEET, ...files.values()]) {
    await refuseOverwriting(host, join(folder, file), options);
  }
  await host.makeFolder(folder);
  const written: Written[] = [];
  const rows: FleetRow[] = [];
  for (const application of applications) {
    const page = await pageOf(database, application, path, {
      fleet: FLEET,
      ...notesIn(options),
    });
    const file = join(folder, files.get(keyOf(application)) ?? FLEET);
    await writeResult(host, file, page.html, "page");
    written.push(writtenOf(file, page));
    rows.push(page.row);
  }
  const html = await fleetPage(basename(named), rows, (row) => files.get(keyOf(row)) ?? FLEET);
  await writeResult(host, join(folder, FLEET), html, "page");
  return [
    { file: join(folder, FLEET), bytes: Buffer.byteLength(html), row: undefined },
    ...written,
  ];
}

function keyOf({ appId, attemptId }: ApplicationKey): string {
  return JSON.stringify([appId, attemptId]);
}

/** Ids that become the same name get numbers. */
function fileNames(applications: readonly ApplicationKey[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>(["index"]);
  for (const application of applications) {
    const { appId, attemptId } = application;
    const wanted = safeName(attemptId === "1" ? appId : `${appId}_${attemptId}`).slice(0, 150);
    let name = wanted;
    for (let nth = 2; taken.has(name.toLowerCase()); nth++) name = `${wanted}-${nth}`;
    taken.add(name.toLowerCase());
    names.set(keyOf(application), `${name}.html`);
  }
  return names;
}

/** Before anything is done for it. */
export async function refuseOverwriting(
  host: Host,
  file: string,
  { overwrite }: Pick<PagesOptions, "overwrite">,
): Promise<void> {
  if (file === "-") return;
  if (overwrite === true) {
    // A folder that is to be made, or a page of another kind, is found when it is written.
    if ((await host.kindOf(file)) === "file") await refuseForeign(host, file, "page");
    return;
  }
  if ((await host.kindOf(file)) === "file") {
    throw new UserError(`${file} exists: --overwrite replaces it, -o names another file`);
  }
}

/** An id comes from a log: it must not be able to name another folder or a hidden file. */
function safeName(id: string): string {
  const safe = id.replace(/[^\w.-]/g, "_").replace(/^[.-]+/, "");
  return safe === "" ? "report" : safe;
}
