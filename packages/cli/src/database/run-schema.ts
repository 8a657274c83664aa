/** The schema command's own part. */
import { describeSchema, type RelationSchema, schemaText } from "@respark/report";
import type { Host } from "../host.ts";
import type { EverywhereOptions } from "../options.ts";
import { wrapped } from "../terminal/text-table.ts";
import { UserError } from "../user-error.ts";

export type SchemaOptionFormat = "table" | "markdown" | "json";

export interface SchemaOptions extends EverywhereOptions {
  readonly format?: SchemaOptionFormat;
}

export async function runSchema(
  host: Host,
  names: readonly string[],
  options: SchemaOptions,
): Promise<void> {
  const schema = named(await describeSchema(), names);
  const format = options.json === true ? "json" : (options.format ?? "table");
  const text = schemaText(schema, format);
  const { isTerminal, columns } = host.stdout;
  await host.stdout.write(
    isTerminal && format === "table"
      ? text
          .split("\n")
          .flatMap((line) => hanging(line, columns))
          .join("\n")
      : text,
  );
}

/** `  name  TYPE  meaning`: what does not fit goes on below the meaning. */
function hanging(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const [before = ""] = /^ {2}\S+ +\S+ +/.exec(line) ?? [];
  const room = columns - before.length;
  if (before === "" || room < 20) return wrapped(line, columns, "  ");
  return wrapped(line.slice(before.length), room).map(
    (part, index) => (index === 0 ? before : " ".repeat(before.length)) + part,
  );
}

function named(schema: readonly RelationSchema[], names: readonly string[]): RelationSchema[] {
  if (names.length === 0) return [...schema];
  return names.map((name) => {
    const found = schema.find((relation) => relation.name === name);
    if (found === undefined) {
      throw new UserError(
        `no table or view ${name}; the nearest are ${nearestTo(name, schema).join(", ")} (without a name respark schema shows all ${schema.length})`,
      );
    }
    return found;
  });
}

/** Three names that have most runs of three letters in common with one that is not there. */
function nearestTo(name: string, schema: readonly RelationSchema[]): string[] {
  const runsOf = (text: string): Set<string> =>
    new Set(
      Array.from({ length: Math.max(0, text.length - 2) }, (_, at) => text.slice(at, at + 3)),
    );
  const wanted = runsOf(name.toLowerCase());
  const inCommon = (other: string): number =>
    [...runsOf(other)].filter((run) => wanted.has(run)).length;
  return schema
    .map((relation) => ({ name: relation.name, score: inCommon(relation.name) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map((relation) => relation.name);
}
