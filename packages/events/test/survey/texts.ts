/** Logs in memory, surveyed as if they were files. */
import type { ByteSource } from "../../src/bytes/byte-source.ts";
import type { DiscoveredSource } from "../../src/bytes/discovered-source.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { assemble } from "../../src/survey/assemble.ts";
import { withEvidence } from "../../src/survey/deeper-sample.ts";
import { sampleFile } from "../../src/survey/sampler.ts";
import type { Survey } from "../../src/survey/surveyed.ts";
import { zoneRule } from "../../src/survey/zone.ts";

export interface TextOptions {
  readonly timeZone?: string;
  /** bytes of a chunk */
  readonly chunk?: number;
  readonly diagnostics?: Diagnostic[];
  /** as if beside so many logs: then none is read whole at first */
  readonly logs?: number;
}

export function textSource(path: string, text: string, chunk = 4096): DiscoveredSource {
  const bytes = Buffer.from(text);
  const part: ByteSource = {
    path,
    name: path.split("/").at(-1) ?? path,
    codec: "none",
    compressedBytes: bytes.length,
    async *chunks(options = {}) {
      const end = Math.min(bytes.length, options.limitBytes ?? bytes.length);
      for (let at = 0; at < end; at += chunk) {
        // Other bytes at every call, as a reader that uses its buffer again would give.
        const piece = Uint8Array.from(bytes.subarray(at, Math.min(at + chunk, end)));
        yield piece;
        piece.fill(0);
      }
    },
  };
  return {
    path,
    grouping: "single",
    parts: [part],
    compacted: false,
    beginsLate: false,
    inProgress: false,
    sparkVersion: undefined,
  };
}

/** `texts`: path → content. */
export async function surveyTexts(
  texts: Readonly<Record<string, string>>,
  options: TextOptions = {},
): Promise<Survey> {
  const sampled = [];
  for (const [path, text] of Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const source = textSource(path, text, options.chunk);
    const how = { pattern: undefined, full: false, logs: options.logs ?? 1 };
    sampled.push(...(await sampleFile(source, sampled.length + 1, how)));
  }
  const zone = options.timeZone === undefined ? undefined : zoneRule(options.timeZone);
  return assemble(await withEvidence(sampled), zone, (diagnostic) => {
    options.diagnostics?.push(diagnostic);
  });
}
