/** A whole HTML file: words, then the script, then the data; nothing reaches out of it. */
import { createHash } from "node:crypto";
import type { Front } from "#page";
import type { Chunk } from "./chunks.ts";
import { escaped, type Html, html, jsonIsland } from "./html.ts";

export function documentText(parts: {
  readonly title: string;
  readonly body: Html;
  readonly front: Front;
  readonly meta: unknown;
  readonly chunks: readonly Chunk[];
}): string {
  const { title, body, front, meta, chunks } = parts;
  const policy = [
    "default-src 'none'",
    `script-src ${digest(front.script)}`,
    `style-src ${digest(front.style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const data = chunks.map(({ id, base64 }) => {
    return `<script type="application/gzip+base64" id="d-${id}">${base64}</script>\n`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title><link rel="icon" href="data:,"><style>${front.style}</style></head>
<body>${body.text}
<script type="application/json" id="meta">${jsonIsland(meta)}</script>
<script>${front.script}</script>
${data.join("")}</body></html>
`;
}

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The SQL that filled a picture, to copy. */
export function sqlBelow(texts: Readonly<Record<string, string>>): Html {
  return html`<details class="sql"><summary>SQL</summary>${Object.entries(texts).map(
    ([name, sql]) =>
      html`<div><button type="button" class="copy" data-copy="sql-${name}">Copy</button><pre id="sql-${name}" tabindex="0">${sql.trim()}</pre></div>`,
  )}</details>`;
}
