/** The layout of one stream: learned from its first lines, and changed where others follow. */
import type { KeptLine } from "./head-sample.ts";
import { layoutsFor } from "./layouts/index.ts";
import { learnLayout } from "./layouts/learn-layout.ts";
import type { Layout, RecordHead } from "./layouts/record-head.ts";
import { blankBytes } from "./record-text.ts";
import type { TemplateSet } from "./template-set.ts";

/** No head is shorter. */
const HEAD_BYTES = 12;
/** So many lines in a row of another layout than the learned one: the stream goes on in that. */
const OTHER_ROW = 8;
const NINE = 57;
const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;

export class StreamLayout {
  /** The layout of most lines so far. */
  private own: Layout | undefined = undefined;
  private layouts: readonly Layout[];
  /** Heads of the layouts at hand may begin with a letter. */
  private mayBeginWithLetter = false;
  /** Of the lines that a layout other than the first one read: how many in a row. */
  private otherRow = 0;
  private readonly skipFirstBytes: Uint8Array = blankBytes();
  /** Of the head that was read last: its layout leaves no room for the end of another record. */
  isSure = true;

  /** @param pattern log4j pattern that goes before all known layouts */
  constructor(pattern: string | undefined) {
    this.layouts = layoutsFor(pattern);
  }

  get name(): string | undefined {
    return this.own?.name;
  }

  get isDateless(): boolean {
    return this.own?.isDateless === true;
  }

  get isDateDoubtful(): boolean {
    return this.own?.isDateDoubtful === true;
  }

  /** No line has shown a layout yet. */
  get isUnknown(): boolean {
    return this.own === undefined;
  }

  learn(lines: readonly KeptLine[], templates: TemplateSet): void {
    const { best, others } = learnLayout(lines, this.layouts, templates);
    this.own = best;
    this.layouts = [...(best === undefined ? [] : [best]), ...others, ...this.layouts];
    this.mayBeginWithLetter = others.length > 0;
  }

  /** @returns whether the line begins a record; `head` has its fields then */
  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    const { own } = this;
    this.isSure = own?.isLoose !== true;
    if (start >= end || this.skipFirstBytes[buffer[start] ?? 0] === 1) {
      return own?.beginsBlank === true && own.read(buffer, start, end, head);
    }
    return own?.read(buffer, start, end, head) === true || this.readOther(buffer, start, end, head);
  }

  /** Another layout than the learned one: files are mixed, or nothing is learned yet. */
  private readOther(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    if (end - start < HEAD_BYTES) return false;
    const { own } = this;
    const first = buffer[start] ?? 0;
    // Other lines of a learned file are traces and JVM chatter: a head begins with none of these.
    const isLetter = first > NINE && first !== OPEN_BRACE && first !== OPEN_BRACKET;
    if (own !== undefined && isLetter && !this.mayBeginWithLetter) return false;
    for (let i = 0; i < this.layouts.length; i++) {
      const layout = this.layouts[i];
      if (layout === undefined || layout === own) continue;
      if (!layout.read(buffer, start, end, head)) continue;
      this.isSure = false;
      this.otherRow++;
      if (own === undefined || this.otherRow >= OTHER_ROW) {
        this.own = layout;
        this.otherRow = 0;
      }
      return true;
    }
    return false;
  }
}
