/** Words of a generated line, broken before column 100. */

/** The first is the beginning of the line; those after it are indented by so many blanks. */
export function wrapped([first = "", ...words]: readonly string[], indent = 4): string {
  const lines = [first];
  for (const word of words) {
    const last = lines.at(-1) ?? "";
    if (last.length + 1 + word.length > 100) lines.push(`${" ".repeat(indent)}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `${lines.join("\n")}\n`;
}
