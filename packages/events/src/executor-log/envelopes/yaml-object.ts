/**
 * One YAML document of nested mappings, as tools print records: plain, quoted and block scalars.
 * Lists, anchors and flow collections are left out; what is no mapping is none.
 */

interface Level {
  readonly indent: number;
  readonly object: Record<string, unknown>;
}

const ENTRY = /^( *)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>%@`"',[\]{}][^:]*):(?: +(.*))?$/;
const BLOCK = /^([|>])([1-9])?[-+]?(?: |$)/;
/** Nobody nests records deeper. */
const MOST_LEVELS = 32;

/** Undefined where a line is neither an entry nor part of a value. */
export function yamlObject(lines: readonly string[]): Record<string, unknown> | undefined {
  const root: Record<string, unknown> = {};
  const levels: Level[] = [{ indent: -1, object: root }];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (/^\s*(?:#|- |-$|$)/.test(line)) continue;
    const [, blanks = "", key = "", said = ""] = ENTRY.exec(line) ?? [];
    if (key === "") return undefined;
    const indent = blanks.length;
    while ((levels.at(-1)?.indent ?? -1) >= indent) levels.pop();
    const level = levels.at(-1) ?? { indent: -1, object: root };
    const below = linesBelow(lines, at + 1, indent, said);
    if (said !== "") {
      level.object[unquoted(key)] = saidBelow(said, below, indent);
      at += below.length;
    } else if (levels.length < MOST_LEVELS) {
      const object: Record<string, unknown> = {};
      level.object[unquoted(key)] = object;
      levels.push({ indent, object });
    }
  }
  return Object.keys(root).length === 0 ? undefined : root;
}

/** Lines that a value goes on in: those that are indented deeper, and blank ones between. */
function linesBelow(
  lines: readonly string[],
  from: number,
  indent: number,
  said: string,
): readonly string[] {
  if (said === "") return [];
  let to = from;
  while (to < lines.length && (indentOf(lines[to] ?? "") > indent || lines[to]?.trim() === "")) {
    to++;
  }
  return lines.slice(from, to);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function saidBelow(said: string, below: readonly string[], indent: number): string {
  const [, style, digit] = BLOCK.exec(said) ?? [];
  if (style === undefined) return unquoted(folded([said, ...below]));
  const first = below.find((line) => line.trim() !== "") ?? "";
  const own = digit === undefined ? indentOf(first) : indent + Number(digit);
  const text = below.map((line) => line.slice(own));
  return style === "|" ? text.join("\n").trimEnd() : folded(text);
}

/** A line end within a value is a blank; an empty line is a line end. */
function folded(lines: readonly string[]): string {
  let text = "";
  for (const [i, line] of lines.entries()) {
    const piece = i === 0 ? line.trimEnd() : line.trim();
    if (piece === "") text += "\n";
    else if (text === "" || text.endsWith("\n")) text += piece;
    else text = text.endsWith("\\") ? text.slice(0, -1) + piece : `${text} ${piece}`;
  }
  return text;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  if (/^'[\s\S]*'$/.test(trimmed)) return trimmed.slice(1, -1).replaceAll("''", "'");
  if (!/^"[\s\S]*"$/.test(trimmed)) return trimmed;
  try {
    return String(JSON.parse(trimmed.replaceAll("\n", "\\n").replace(/\\([ex_ ])/g, "$1")));
  } catch {
    return trimmed.slice(1, -1);
  }
}
