/** XML that is well-formed whatever stands in it. */

export type XmlNode = string | XmlElement;

interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlNode[] = [],
): XmlElement {
  return { name, attributes, children };
}

export function xmlText(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${rendered(root, "")}\n`;
}

function rendered({ name, attributes, children }: XmlElement, indent: string): string {
  const tag = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`),
  ].join(" ");
  if (children.length === 0) return `${indent}<${tag}/>`;
  if (children.every((child) => typeof child === "string")) {
    return `${indent}<${tag}>${children.map(escaped).join("")}</${name}>`;
  }
  const inner = children.map((child) =>
    typeof child === "string" ? escaped(child) : rendered(child, `${indent}  `),
  );
  return `${indent}<${tag}>\n${inner.join("\n")}\n${indent}</${name}>`;
}

/** What XML 1.0 forbids even as a reference is left out; texts come here cleaned. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
