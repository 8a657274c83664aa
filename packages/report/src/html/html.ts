/** HTML whose every filled-in value is text: what a log says can never become markup. */

class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Html };

type Filling = Html | string | number | undefined | readonly Filling[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The only way to make HTML here. */
export function html(texts: TemplateStringsArray, ...fillings: readonly Filling[]): Html {
  return new Html(
    texts.map((text, index) => (index === 0 ? "" : filled(fillings[index - 1])) + text).join(""),
  );
}

function filled(filling: Filling): string {
  if (filling === undefined) return "";
  if (filling instanceof Html) return filling.text;
  if (typeof filling === "string" || typeof filling === "number") return escaped(String(filling));
  return filling.map(filled).join("");
}

export function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/**
 * Control signs and those that turn the direction of writing are shown as replaced, wherever a text
 * of a log goes.
 */
export function plainText(text: string): string {
  return text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, "\ufffd");
}

/** JSON for a script element that holds data: no text in it can end the element. */
export function jsonIsland(value: unknown): string {
  return JSON.stringify(value, (_, some: unknown) =>
    typeof some === "string" ? plainText(some) : some,
  )
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
