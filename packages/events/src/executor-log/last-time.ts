/** The time of the last record that had one: that of the lines without a layout below it. */
import { RecordHead } from "./layouts/record-head.ts";

export class LastTime {
  /** NaN before the first time. */
  private micros = Number.NaN;
  private resolutionMicros = 0;
  private zoned = false;

  set(micros: number, resolutionMicros: number, zoned: boolean): void {
    this.micros = micros;
    this.resolutionMicros = resolutionMicros;
    this.zoned = zoned;
  }

  /** The head of a line without a layout, all of which is its message. */
  bareHead(buffer: Buffer, start: number, end: number): RecordHead {
    const bare = new RecordHead();
    bare.buffer = buffer;
    bare.messageStart = start;
    bare.messageEnd = end;
    bare.localMicros = this.micros;
    bare.resolutionMicros = this.resolutionMicros;
    bare.zoned = this.zoned;
    return bare;
  }
}
