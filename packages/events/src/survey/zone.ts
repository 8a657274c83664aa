/**
 * What a zone's clocks show: IANA names and fixed offsets, and the way back from wall time to UTC.
 */

const minute = 60_000;
const hour = 60 * minute;
const quarter = 15 * minute;

/**
 * How far a zone's wall clocks are ahead of UTC, in ms (America/New_York in winter: −18,000,000).
 */
export interface ZoneRule {
  readonly name: string;
  aheadAt(utcMs: number): number;
}

const fixed = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/;

/**
 * The rule of an IANA name, of `UTC-05:00`, `GMT+2`, `+0530` or `Z`; undefined when there is no
 * such zone.
 */
export function zoneRule(name: string): ZoneRule | undefined {
  const trimmed = name.trim();
  if (/^(?:Z|UTC|GMT|UT|Etc\/UTC|Etc\/GMT|Etc\/UCT|UCT|Zulu)$/i.test(trimmed)) {
    return { name: "UTC", aheadAt: () => 0 };
  }
  const offset = fixed.exec(trimmed);
  if (offset) {
    const ahead = Number(offset[2]) * hour + Number(offset[3] ?? 0) * minute;
    return fixedRule(offset[1] === "-" ? -ahead : ahead);
  }
  return ianaRule(trimmed);
}

/** A zone that only ever is `aheadMs` ahead of UTC. */
export function fixedRule(aheadMs: number): ZoneRule {
  return { name: offsetName(aheadMs), aheadAt: () => aheadMs };
}

/** `UTC`, `UTC-04:00`, `UTC+05:45`. */
export function offsetName(aheadMs: number): string {
  if (aheadMs === 0) return "UTC";
  const minutes = Math.round(Math.abs(aheadMs) / minute);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `UTC${aheadMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function ianaRule(name: string): ZoneRule | undefined {
  // The list of names is small; a redacted or invented one throws a RangeError.
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  // Every change of a zone since 1970 falls on a whole quarter of an hour.
  const known = new Map<number, number>();
  const aheadAt = (utcMs: number): number => {
    const slot = Math.floor(utcMs / quarter);
    let ahead = known.get(slot);
    if (ahead === undefined) {
      ahead = aheadFromText(format.format(slot * quarter));
      if (known.size > 4096) known.clear();
      known.set(slot, ahead);
    }
    return ahead;
  };
  return { name, aheadAt };
}

/** `11/20/2026, GMT-05:00` → −18,000,000. */
function aheadFromText(text: string): number {
  const found = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(text);
  if (!found?.[1]) return 0;
  const ahead = Number(found[2]) * hour + Number(found[3]) * minute;
  return found[1] === "-" ? -ahead : ahead;
}

/** One stretch of time in which a file's clock was a constant away from UTC. */
export interface ClockSegment {
  readonly aheadMs: number;
  /** The stretch ends here, UTC; undefined: never. */
  readonly untilUtcMs: number | undefined;
}

/**
 * What is needed to turn a file's wall clock into the event log's time: a zone's rule, or stretches
 * of fixed offsets; and a skew.
 */
export interface ClockRule {
  readonly rule: ZoneRule | undefined;
  readonly segments: readonly ClockSegment[];
  /** To add after the zone, ms. */
  readonly skewMs: number;
}

/**
 * Reads the wall times of one file in the file's order. Where clocks go back, an hour is shown
 * twice: the second time is known by the file's own order. Wall times are "as if UTC".
 */
export class WallClock {
  readonly #clock: ClockRule;
  #segment = 0;
  #extraMs = 0;
  #windowFrom = 0;
  #windowTo = 0;
  #windowAhead = 0;
  #lastWall = Number.NEGATIVE_INFINITY;
  #lastUtc = Number.NEGATIVE_INFINITY;

  constructor(clock: ClockRule) {
    this.#clock = clock;
  }

  /** UTC in ms, on the event log's clock. */
  utcMs(wallMs: number): number {
    const back = this.#lastWall - wallMs;
    if (back > 50 * minute && back < 70 * minute) this.#wentBack(wallMs);
    this.#lastWall = wallMs;
    let utc: number;
    if (wallMs >= this.#windowFrom && wallMs < this.#windowTo) utc = wallMs - this.#windowAhead;
    else utc = this.#resolve(wallMs);
    this.#lastUtc = utc;
    return utc + this.#clock.skewMs;
  }

  #resolve(wallMs: number): number {
    const { rule, segments } = this.#clock;
    if (!rule) return this.#resolveSegment(wallMs, segments);
    const before = rule.aheadAt(wallMs - 24 * hour);
    const after = rule.aheadAt(wallMs + 24 * hour);
    if (before === after && rule.aheadAt(wallMs - before) === before) {
      this.#remember(wallMs, before + this.#extraMs);
      return wallMs - before - this.#extraMs;
    }
    const early = wallMs - before;
    const late = wallMs - after;
    const earlyHolds = rule.aheadAt(early) === before;
    const lateHolds = rule.aheadAt(late) === after;
    if (earlyHolds && lateHolds) return early < this.#lastUtc - 20 * minute ? late : early;
    return lateHolds ? late : early;
  }

  #resolveSegment(wallMs: number, segments: readonly ClockSegment[]): number {
    for (;;) {
      const segment = segments[this.#segment];
      const ahead = (segment?.aheadMs ?? 0) + this.#extraMs;
      const until = segment?.untilUtcMs;
      if (until !== undefined && wallMs - ahead >= until && this.#segment + 1 < segments.length) {
        this.#segment++;
        continue;
      }
      if (until === undefined) this.#remember(wallMs, ahead);
      return wallMs - ahead;
    }
  }

  /**
   * The file's clock jumped back by about an hour from one line to the next: winter time began,
   * whatever was known of the zone.
   */
  #wentBack(wallMs: number): void {
    this.#windowTo = this.#windowFrom;
    const { rule, segments } = this.#clock;
    if (rule && rule.aheadAt(wallMs - 24 * hour) !== rule.aheadAt(wallMs + 24 * hour)) return;
    const current = segments[this.#segment];
    const next = segments[this.#segment + 1];
    if (current && next && next.aheadMs < current.aheadMs) this.#segment++;
    else this.#extraMs -= hour;
  }

  #remember(wallMs: number, ahead: number): void {
    this.#windowFrom = Math.floor(wallMs / quarter) * quarter;
    this.#windowTo = this.#windowFrom + quarter;
    this.#windowAhead = ahead;
  }
}
