/**
 * A story for people: a title, sentences with what they are about, the log lines that say so, and
 * what to ask next.
 */
import { padded, printableLine } from "@respark/core";
import type { Story } from "@respark/report";
import { logName } from "../terminal/log-name.ts";
import { wrapped } from "../terminal/text-table.ts";
import { commandLine, type TextPlace } from "./next-text.ts";

export function storyText(story: Story, place: TextPlace): string {
  const { style, columns } = place;
  const abouts = [
    ...story.lines.map(({ about }) => about),
    ...(story.places.length > 0 ? ["log"] : []),
  ];
  const width = Math.max(...abouts.map((about) => about.length));
  const line = (about: string, text: string): string[] =>
    wrapped(printableLine(text), columns - width - 4).map(
      (part, index) => `  ${style.dim(padded(index === 0 ? about : "", width))}  ${part}`,
    );
  return [
    style.bold(printableLine(story.title)),
    ...story.lines.flatMap(({ about, text }, index) =>
      line(story.lines[index - 1]?.about === about ? "" : about, text),
    ),
    ...story.places.flatMap(({ says, path, line: number }, index) =>
      line(index === 0 ? "log" : "", `${logName(path)}:${number} (${says})`),
    ),
    ...nextLines(story, place),
    "",
  ].join("\n");
}

function nextLines({ next }: Story, place: TextPlace): string[] {
  const commands = next.flatMap(({ why, ...asked }) => {
    const command = commandLine({ why, ...asked }, place);
    return command === undefined
      ? []
      : [place.style.dim(`  # ${printableLine(why)}`), `  ${command}`];
  });
  return commands.length === 0 ? [] : ["", place.style.bold("Next"), ...commands];
}
