/** Finds the memory statements of an executor's log and changes the number of one of them. */

/** A kind of statement: the text before its number, and the number with its unit, if it has one. */
const kinds: Readonly<Record<string, RegExp>> = {
  "free of a store": /stored as (?:values|bytes)[^"]*?, free ([\d.]+)/,
  "free after an eviction": /free memory is ?([\d.]+)/,
  "free after a removal": /dropped from memory \(free (\d+)\)/,
  "bytes of an eviction": /blocks selected for dropping \(([\d.]+)/,
  "blocks in memory": /Memory use = ([\d.]+)/,
  "unroll memory": /\(blocks\) \+ ([\d.]+)/,
  "storage limit": /Storage limit = ([\d.]+)/,
  "computed before a failure": /\(computed ([\d.]+)/,
  capacity: /MemoryStore started with capacity ([\d.]+)/,
  "execution of a dump": /([\d.]+) bytes of memory are used for execution/,
  "storage of a dump": /and ([\d.]+) bytes of memory are used for storage/,
};

export interface FoundStatement {
  readonly kind: string;
  /** 1 is the first line */
  readonly line: number;
}

export function statementsIn(lines: readonly string[]): FoundStatement[] {
  return lines.flatMap((text, at) =>
    Object.entries(kinds)
      .filter(([, pattern]) => pattern.test(text))
      .map(([kind]) => ({ kind, line: at + 1 })),
  );
}

/** The same log with the number of one statement multiplied, to as many decimals as it had. */
export function perturbed(
  lines: readonly string[],
  { kind, line }: FoundStatement,
  by: number,
): string {
  const pattern = kinds[kind];
  const changed = lines.map((text, at) => {
    if (pattern === undefined || at + 1 !== line) return text;
    const match = pattern.exec(text);
    const number = match?.[1];
    if (match === null || number === undefined) return text;
    const from = match.index + match[0].lastIndexOf(number);
    const decimals = number.split(".")[1]?.length ?? 0;
    const other = (Number(number) * by).toFixed(decimals);
    return text.slice(0, from) + other + text.slice(from + number.length);
  });
  return changed.join("\n");
}
