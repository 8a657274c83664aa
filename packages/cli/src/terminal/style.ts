/** Bold and dim, where a terminal shows them, unless NO_COLOR is set. */
import type { Host } from "../host.ts";

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
}

const PLAIN: Style = { bold: (text) => text, dim: (text) => text };

export function styleOf(host: Host): Style {
  const wanted = (host.env["NO_COLOR"] ?? "") === "" && host.env["TERM"] !== "dumb";
  if (!host.stdout.isTerminal || !wanted) return PLAIN;
  return {
    bold: (text) => `\u001b[1m${text}\u001b[22m`,
    dim: (text) => `\u001b[2m${text}\u001b[22m`,
  };
}
