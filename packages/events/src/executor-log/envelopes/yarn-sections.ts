/**
 * YARN's aggregated logs: one file, sections of several containers' files between printed headers.
 * `tail` and `head` of several files print headers of another form.
 */

const C = 67;
const EQUALS = 61;
const E = 69;
const L = 76;
const HEADER_BYTES = 512;
const CONTAINER = /^Container: (container_\S+) on (\S+)/;
const FILE = /^==> (\S.*) <==\s*$/;
const LOG_TYPE = /^LogType:\s*(\S+)/;
const END = /^End of LogType:/;
const CONTENTS = /^Log ?Contents:\s*$/;
const FIELD = /^(?:LogAggregationType|Log ?Upload ?Time|LogLastModifiedTime|Log ?Length):/;

/** Where in an aggregated file the reading stands. */
export class YarnSections {
  /** Container whose file this is; undefined before the first header. */
  container: string | undefined = undefined;
  /** `host_port` of its node manager. */
  host: string | undefined = undefined;
  /** `stderr`, `stdout`, `launch_container.sh`, …; undefined between files. */
  logType: string | undefined = undefined;

  /**
   * True for a header's line, which belongs to no record; the fields are then those of what
   * follows.
   */
  isHeader(buffer: Buffer, start: number, end: number): boolean {
    const first = buffer[start];
    if (first !== C && first !== L && first !== E && first !== EQUALS) return false;
    const text = buffer.latin1Slice(start, Math.min(end, start + HEADER_BYTES));
    if (first === EQUALS) {
      const path = FILE.exec(text)?.[1];
      if (path === undefined) return false;
      this.container = path;
      this.logType = path.slice(path.lastIndexOf("/") + 1);
      return true;
    }
    if (first === C) {
      const found = CONTAINER.exec(text);
      if (found === null) return false;
      this.container = found[1];
      this.host = found[2];
      this.logType = undefined;
      return true;
    }
    if (this.container === undefined) return false;
    if (first === E) {
      if (!END.test(text)) return false;
      this.logType = undefined;
      return true;
    }
    const type = LOG_TYPE.exec(text)?.[1];
    if (type !== undefined) this.logType = type;
    return type !== undefined || CONTENTS.test(text) || FIELD.test(text);
  }
}
