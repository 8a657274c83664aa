/**
 * A wrapper's UTC time beside a local one tells the zone, which is whole quarters of an hour; a
 * line without time gets it. A runtime's is read for each line, a shipper's for the first one.
 */
import type { RecordHead } from "./layouts/record-head.ts";

const QUARTER_HOUR = 900_000_000;
/**
 * A shipper may keep when it sent a line; of the first one that is near the line's own time, give
 * or take a zone.
 */
const NEAR = 90_000_000;

export class ZoneAnchor {
  /** How far a shipper's first time says that the local clock is ahead of UTC. */
  private aheadMicros: number | undefined = undefined;
  /** Whether that can be. */
  private isAnchored: boolean | undefined = undefined;

  /** Makes a head's local time UTC. `isExact`: the time is the line's own. */
  place(head: RecordHead, utcMicros: number, isExact: boolean): void {
    if (head.zoned) return;
    const { localMicros } = head;
    if (Number.isNaN(localMicros)) {
      head.localMicros = utcMicros;
      head.resolutionMicros = 1000;
    } else if (isExact) head.localMicros -= quartersBetween(localMicros, utcMicros);
    else {
      this.aheadMicros ??= quartersBetween(localMicros, utcMicros);
      const apart = Math.abs(localMicros - this.aheadMicros - utcMicros);
      this.isAnchored ??= apart <= NEAR;
      if (!this.isAnchored) return;
      head.localMicros -= this.aheadMicros;
    }
    head.zoned = true;
  }
}

function quartersBetween(localMicros: number, utcMicros: number): number {
  return Math.round((localMicros - utcMicros) / QUARTER_HOUR) * QUARTER_HOUR;
}
