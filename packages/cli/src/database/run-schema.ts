/** The schema command's own part. */
import { describeSchema, type RelationSchema, schemaText } from "@respark/report";
import type { Host } from "../host.ts";
import type { EverywhereOptions } from "../options.ts";
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
  await host.stdout.write(schemaText(schema, format));
}

function named(schema: readonly RelationSchema[], names: readonly string[]): RelationSchema[] {
  if (names.length === 0) return [...schema];
  return names.map((name) => {
    const found = schema.find((relation) => relation.name === name);
    if (found === undefined) {
      const known = schema.map((relation) => relation.name).join(", ");
      throw new UserError(`no table or view ${name}; there are ${known}`);
    }
    return found;
  });
}
