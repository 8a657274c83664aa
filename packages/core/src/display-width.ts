/**
 * Columns that text takes on a terminal: a wide character (CJK, emoji) takes two, a combining mark
 * none. Tables, labels and cuts are measured by it, never by UTF-16 length.
 */

const ASCII = /^[\x20-\x7e]*$/;
/** East Asian wide and fullwidth (UAX #11), and pictures that stand as emoji by themselves. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]*$/u;
const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a line of text takes; control characters are not expected in it. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of clusters.segment(text)) width += widthOfCluster(segment);
  return width;
}

function widthOfCluster(cluster: string): number {
  if (WIDE.test(cluster)) return 2;
  return NO_WIDTH.test(cluster) ? 0 : 1;
}

/** Filled with blanks to so many columns, behind it or before it. */
export function padded(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** At most so many columns; what is cut ends in `…`. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const { segment } of clusters.segment(text)) {
    used += widthOfCluster(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}
