/**
 * A database whose answers name no hosts: each is `host-1`, `host-2` …, wherever its name stands.
 */
import type { Database, QueryResult, QueryValue } from "../sql/query.ts";
import { answerOf } from "../sql/typed-rows.ts";

type Asked = Pick<Database, "rows" | "query">;

/** Wherever a database of ours knows a host by name or address. */
const HOSTS = `
  select host from executors where host is not null
  union select value from spark_conf where key in (
    'spark.driver.host', 'spark.driver.bindAddress', 'spark.master.ui.host') and value is not null
  order by 1`;

/** Names that are no host's alone. */
const ANYWHERE = new Set(["localhost", "127.0.0.1", "0.0.0.0", "::1"]);

export async function withoutHosts(database: Asked): Promise<Asked> {
  const hosts = (await answerOf((sql) => database.rows(sql), { host: "key" }, HOSTS))
    .map(({ host }) => host)
    .filter((host) => host.length > 1 && !ANYWHERE.has(host));
  if (hosts.length === 0) return database;
  const names = new Map(hosts.map((host, index) => [host, `host-${index + 1}`]));
  // The longest first: one name may begin another.
  const longest = [...hosts].sort((a, b) => b.length - a.length).map(escaped);
  const named = new RegExp(`(?<![\\w.-])(?:${longest.join("|")})(?![\\w-]|\\.\\w)`, "g");
  const said = (text: string): string => text.replace(named, (host) => names.get(host) ?? "host");
  return {
    query: async (sql, signal) => renamed(await database.query(sql, signal), said),
    rows: async (sql) =>
      (await database.rows(sql)).map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key, withoutIn(value, said)]),
        ),
      ),
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function renamed(result: QueryResult, said: (text: string) => string): QueryResult {
  return {
    ...result,
    async *batches() {
      for await (const batch of result.batches())
        yield batch.map((row) => row.map((value) => withoutIn(value, said)));
    },
  };
}

function withoutIn(value: QueryValue, said: (text: string) => string): QueryValue {
  if (typeof value === "string") return said(value);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item) => withoutIn(item, said));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutIn(item, said)]),
  );
}

function isList(value: QueryValue): value is readonly QueryValue[] {
  return Array.isArray(value);
}
