/** Text for a terminal whose locale is not UTF-8: the same in ASCII. */

const IN_ASCII: ReadonlyMap<string, string> = new Map([
  ["“", '"'],
  ["”", '"'],
  ["‘", "'"],
  ["’", "'"],
  ["–", "-"],
  ["—", "-"],
  ["…", "..."],
  ["×", "x"],
  ["·", "|"],
  ["µ", "u"],
  ["→", "->"],
  ["≥", ">="],
  ["≤", "<="],
  ["−", "-"],
  ["▁", "_"],
  ["▂", "."],
  ["▃", "-"],
  ["▄", "="],
  ["▅", "+"],
  ["▆", "*"],
  ["▇", "%"],
  ["█", "#"],
  ["✓", "ok"],
  ["✗", "x"],
]);

/**
 * The locale of the environment, by POSIX's order; undefined: none is named, and UTF-8 is taken.
 */
function localeOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(
    (name) => name !== undefined && name !== "",
  );
}

/** What of a log's own words no ASCII has becomes `?`. */
export function inLocale(
  text: string,
  { env }: { readonly env: Readonly<Record<string, string | undefined>> },
): string {
  const locale = localeOf(env);
  if (locale === undefined || /utf-?8/i.test(locale)) return text;
  return text.replace(/[\u0080-\u{10ffff}]/gu, (letter) => IN_ASCII.get(letter) ?? "?");
}
