/**
 * The event log of an application on a Spark History Server, by whichever address of it a person
 * pastes.
 */
import { exitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import { UserError } from "./user-error.ts";

/**
 * The address of the event log's zip; undefined: the address names no application. Understands
 * - `http://host:18080/history/<id>/` and pages below it, `…/history/<id>/<attempt>/jobs/job/?id=3`
 * - a gateway's prefix before it, `https://gateway/prefix/history/<id>/…`
 * - the REST address, `…/api/v1/applications/<id>[/<attempt>][/logs]`
 *
 * Source: ApiRootResource and HistoryServer of Spark 2.x to 4.x; a zip holds all attempts where
 * none is named.
 */
export function logsAddress(pasted: string): URL | undefined {
  const url = new URL(pasted);
  const found =
    /^(?<prefix>.*?)\/(?:history|api\/v1\/applications)\/(?<id>[\w.-]+)(?:\/(?<attempt>\d+))?(?:\/.*)?$/.exec(
      url.pathname,
    )?.groups;
  if (found === undefined) return undefined;
  const attempt = found["attempt"] === undefined ? "" : `/${found["attempt"]}`;
  const path = `${found["prefix"] ?? ""}/api/v1/applications/${found["id"] ?? ""}${attempt}/logs`;
  return new URL(path, url.origin);
}

/**
 * Its bytes as they come. Anything but the log is a UserError (exit 3) that names the pipe to use.
 */
export async function* downloadedLog(host: Host, pasted: string): AsyncGenerator<Uint8Array> {
  const address = logsAddress(pasted) ?? new URL(pasted);
  const response = await answerOf(host, address);
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || type.startsWith("text/html") || response.body === null) {
    const said = type.startsWith("text/html")
      ? "with a page, most likely a login"
      : `: ${(await response.text()).trim().slice(0, 200)}`;
    throw new UserError(
      `${address.href} answered ${response.status} ${said}\n${withLogin(address)}`,
      exitCode.unreadable,
    );
  }
  yield* response.body;
}

async function answerOf(host: Host, address: URL): Promise<Response> {
  try {
    return await host.download(address);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : error.message;
    throw new UserError(
      `${address.href} does not answer: ${why}\n${withLogin(address)}`,
      exitCode.unreadable,
    );
  }
}

function withLogin(address: URL): string {
  return `  where it wants a login or a proxy, curl knows them:
    curl -fsSL --negotiate -u : '${address.href}' | respark replay - -o app.duckdb
    curl -fsSL -H "Authorization: Bearer $TOKEN" '${address.href}' | respark replay - -o app.duckdb`;
}
