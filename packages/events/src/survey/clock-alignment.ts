/**
 * One file's clock against the event log's: the zone from whole quarters of an hour, the skew from
 * what must come before what.
 */
import { counted } from "@respark/core";
import {
  type ClockRule,
  type ClockSegment,
  fixedRule,
  offsetName,
  type ZoneRule,
  zoneRule,
} from "./zone.ts";

const minute = 60_000;
const quarter = 15 * minute;

/**
 * One thing that both logs tell. `wallMs` is the line's wall time read as UTC, `eventMs` the event
 * log's time. `not_before`: the line was printed at that moment or later (a launch, then `Running
 * task`); `not_after`: at that moment or earlier (`Finished task`, then the driver's finish time);
 * `soon_after`: at that moment or within seconds after (what the driver prints of its own events);
 * `about`: within seconds of it.
 */
export interface ClockBound {
  readonly wallMs: number;
  /** place of the line in its file: only the order counts */
  readonly place: number;
  readonly eventMs: number;
  readonly side: "not_before" | "not_after" | "soon_after" | "about";
  /** TID where it is a task's start or end */
  readonly taskId: number | undefined;
}

export interface ClockQuestion {
  /** in any order */
  readonly bounds: readonly ClockBound[];
  /** 1000 where the layout prints whole seconds, 1 where it prints milliseconds */
  readonly resolutionMs: number;
  /** `--time-zone`: holds whatever the evidence says */
  readonly givenZone: ZoneRule | undefined;
  /** the layout names its zone (JSON `Z`, CRI): only a skew is to be found */
  readonly zoned: boolean;
  /** zones that the application's own properties name, most telling first */
  readonly namedZones: readonly string[];
}

export interface AlignedClock {
  readonly clock: ClockRule;
  /** to add to the wall clock read as UTC, ms, at the file's first evidence; undefined: unknown */
  readonly offsetMs: number | undefined;
  readonly zone: string | undefined;
  readonly evidence: string;
  /** 0 … 1 */
  readonly confidence: number;
  /** the evidence and a given zone contradict each other */
  readonly contradiction: string | undefined;
}

/** The longest that a driver takes from an event to the line about it (collections of garbage). */
const soonMs = 10_000;
/** Skews beyond this are read as another zone. */
const skewLimit = quarter / 2;

export function alignClock(question: ClockQuestion): AlignedClock {
  const bounds = [...question.bounds].sort((a, b) => a.place - b.place);
  const { zoned } = question;
  if (bounds.length === 0) return withoutEvidence(zoned ? fixedRule(0) : question.givenZone, zoned);
  if (zoned) return alignZoned(bounds, question);
  if (question.givenZone) return alignToZone(bounds, question.givenZone, question);
  const segments = quarterSegments(bounds);
  const named = nameThatFits(bounds, segments, question.namedZones);
  const ahead = named
    ? (bound: ClockBound) => named.aheadAt(bound.eventMs)
    : (bound: ClockBound) => aheadIn(segments, bound.eventMs);
  const skew = findSkew(bounds, ahead, question.resolutionMs);
  const first = segments[0]?.aheadMs ?? 0;
  const names = [...new Set(segments.map((segment) => offsetName(segment.aheadMs)))];
  return {
    clock: { rule: named, segments, skewMs: skew.skewMs },
    offsetMs: skew.skewMs - first,
    zone: named?.name ?? names.join(", then "),
    evidence: evidenceText(bounds, skew, question.resolutionMs),
    confidence: skew.confidence,
    contradiction: undefined,
  };
}

function withoutEvidence(zone: ZoneRule | undefined, zoned: boolean): AlignedClock {
  if (!zone) {
    return {
      clock: { rule: fixedRule(0), segments: [], skewMs: 0 },
      offsetMs: undefined,
      zone: undefined,
      evidence: "nothing tells the zone; times are read as if UTC",
      confidence: 0,
      contradiction: undefined,
    };
  }
  return {
    clock: { rule: zone, segments: [], skewMs: 0 },
    offsetMs: zoned ? 0 : -zone.aheadAt(Date.UTC(2020, 0, 1)),
    zone: zone.name,
    evidence: zoned ? "the layout prints UTC" : "time zone given",
    confidence: zoned ? 0.9 : 0.8,
    contradiction: undefined,
  };
}

/**
 * A layout that prints UTC still has the host's clock: all that is found is its skew, be it hours.
 */
function alignZoned(bounds: readonly ClockBound[], question: ClockQuestion): AlignedClock {
  const aheadMs = mostVoted(bounds.map(quarterOf));
  const skew = findSkew(bounds, () => aheadMs, question.resolutionMs);
  const skewMs = skew.skewMs - aheadMs;
  return {
    clock: { rule: fixedRule(0), segments: [], skewMs },
    offsetMs: skewMs,
    zone: "UTC",
    evidence: `the layout prints UTC; ${evidenceText(bounds, skew, question.resolutionMs)}`,
    confidence: skew.confidence,
    contradiction: undefined,
  };
}

/** A given zone holds; a skew of minutes is still found. */
function alignToZone(
  bounds: readonly ClockBound[],
  zone: ZoneRule,
  question: ClockQuestion,
): AlignedClock {
  const skew = findSkew(bounds, (bound) => zone.aheadAt(bound.eventMs), question.resolutionMs);
  const contradicts = Math.abs(skew.skewMs) > skewLimit;
  const skewMs = contradicts ? 0 : skew.skewMs;
  return {
    clock: { rule: zone, segments: [], skewMs },
    offsetMs: skewMs - zone.aheadAt(bounds[0]?.eventMs ?? 0),
    zone: zone.name,
    evidence: contradicts
      ? "time zone given; task starts and ends say otherwise"
      : `time zone given; ${evidenceText(bounds, skew, question.resolutionMs)}`,
    confidence: contradicts ? 0.3 : Math.max(0.8, skew.confidence),
    contradiction: contradicts
      ? `${zone.name} is ${Math.round(skew.skewMs / minute)} minutes away from what task starts and ends tell`
      : undefined,
  };
}

function quarterOf(bound: ClockBound): number {
  return Math.round((bound.wallMs - bound.eventMs) / quarter) * quarter;
}

/**
 * The quarter of an hour each bound votes for; a change that holds for three bounds or more is a
 * change of the clock.
 */
function quarterSegments(bounds: readonly ClockBound[]): ClockSegment[] {
  const votes = bounds.map((bound) => ({ bound, vote: quarterOf(bound) }));
  const leading = mostVoted(votes.map((entry) => entry.vote));
  const runs: { aheadMs: number; first: number; last: number; count: number }[] = [];
  for (const { bound, vote } of votes) {
    const current = runs.at(-1);
    if (current && current.aheadMs === vote) {
      current.count++;
      current.last = Math.max(current.last, bound.eventMs);
    } else {
      runs.push({ aheadMs: vote, first: bound.eventMs, last: bound.eventMs, count: 1 });
    }
  }
  const segments: ClockSegment[] = [];
  let previous: (typeof runs)[number] | undefined;
  for (const run of runs) {
    // A single long wait between launch and `Running task` also moves one vote; summer time moves
    // all that follow.
    const change = Math.abs(run.aheadMs - leading);
    if (run.aheadMs !== leading && (run.count < 3 || change > 2 * 60 * minute)) continue;
    if (previous && previous.aheadMs !== run.aheadMs) {
      segments.push({
        aheadMs: previous.aheadMs,
        untilUtcMs: changeMoment(previous.last, run.first, previous.aheadMs),
      });
    }
    if (previous && previous.aheadMs === run.aheadMs) previous.last = run.last;
    else previous = { ...run };
  }
  segments.push({ aheadMs: previous?.aheadMs ?? leading, untilUtcMs: undefined });
  return segments;
}

/**
 * Clocks change at 02:00 or 03:00 of their own time, or at 01:00 UTC; if no such moment lies
 * between, in the middle.
 */
function changeMoment(afterUtc: number, beforeUtc: number, aheadMs: number): number {
  for (let at = Math.ceil(afterUtc / quarter) * quarter; at <= beforeUtc; at += quarter) {
    const local = ((at + aheadMs) / (60 * minute)) % 24;
    if (local === 2 || local === 3 || (at / (60 * minute)) % 24 === 1) return at;
    if (at - afterUtc > 48 * 60 * minute) break;
  }
  return Math.floor((afterUtc + beforeUtc) / 2);
}

function mostVoted(votes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  let best = votes[0] ?? 0;
  for (const [vote, count] of counts) {
    const leads = counts.get(best) ?? 0;
    if (count > leads || (count === leads && vote < best)) best = vote;
  }
  return best;
}

function aheadIn(segments: readonly ClockSegment[], utcMs: number): number {
  for (const segment of segments) {
    if (segment.untilUtcMs === undefined || utcMs < segment.untilUtcMs) return segment.aheadMs;
  }
  return segments.at(-1)?.aheadMs ?? 0;
}

/** A name that shows the found offset at every bound that has one of the found offsets. */
function nameThatFits(
  bounds: readonly ClockBound[],
  segments: readonly ClockSegment[],
  names: readonly string[],
): ZoneRule | undefined {
  const offsets = new Set(segments.map((segment) => segment.aheadMs));
  for (const name of names) {
    const rule = zoneRule(name);
    if (!rule) continue;
    let fits = 0;
    let judged = 0;
    for (const bound of bounds) {
      const vote = quarterOf(bound);
      if (!offsets.has(vote)) continue;
      judged++;
      if (rule.aheadAt(bound.eventMs) === vote) fits++;
    }
    if (judged > 0 && fits >= judged * 0.95) return rule;
  }
  return undefined;
}

interface Skew {
  readonly skewMs: number;
  readonly confidence: number;
  /** hard bounds that the skew meets, and how many there are */
  readonly met: number;
  readonly hard: number;
}

/** The skew that contradicts the fewest bounds; of those 0 if it is one, else the middle. */
function findSkew(
  bounds: readonly ClockBound[],
  aheadAt: (bound: ClockBound) => number,
  resolutionMs: number,
): Skew {
  const atLeast: number[] = [];
  const atMost: number[] = [];
  const about: number[] = [];
  let soon = 0;
  for (const bound of bounds) {
    const apart = bound.eventMs - bound.wallMs + aheadAt(bound);
    // A printed second may be anything up to its end.
    if (bound.side === "not_before") atLeast.push(apart - (resolutionMs - 1));
    else if (bound.side === "not_after") atMost.push(apart);
    else if (bound.side === "soon_after") {
      soon++;
      atLeast.push(apart - (resolutionMs - 1));
      atMost.push(apart + soonMs);
    } else about.push(apart);
  }
  const hard = atLeast.length + atMost.length - soon;
  if (hard === 0) {
    const middle = about.sort((a, b) => a - b)[Math.floor(about.length / 2)] ?? 0;
    const near = Math.abs(middle) <= 3000;
    return { skewMs: near ? 0 : middle, confidence: near ? 0.6 : 0.4, met: 0, hard };
  }
  const range = leastContradicted(atLeast, atMost);
  const near = about.length > 0 ? about.reduce((a, b) => a + b, 0) / about.length : 0;
  const skewMs = withinRange(range.from, range.to, near);
  const met = hard - range.contradicted;
  const oneSided = atLeast.length === 0 || atMost.length === 0;
  const share = met / hard;
  const confidence = share * Math.min(1, 0.5 + 0.05 * hard) * (oneSided ? 0.8 : 1);
  return { skewMs, confidence: Math.round(confidence * 1000) / 1000, met, hard };
}

/**
 * Zero if allowed (clocks are mostly right); else the middle of a narrow range, the near end of a
 * wide one.
 */
function withinRange(from: number, to: number, near: number): number {
  if (from <= 0 && to >= 0) return 0;
  if (to - from <= 2000) return Math.round((from + to) / 2);
  return Math.round(Math.min(Math.max(near, from), to));
}

/** The range of x with the fewest `x < lower` and `x > upper`. */
function leastContradicted(
  lower: readonly number[],
  upper: readonly number[],
): { from: number; to: number; contradicted: number } {
  const low = [...lower].sort((a, b) => a - b);
  const high = [...upper].sort((a, b) => a - b);
  const highest = low.at(-1);
  const lowest = high[0];
  if (highest === undefined || lowest === undefined || highest <= lowest) {
    return {
      from: highest ?? Number.NEGATIVE_INFINITY,
      to: lowest ?? Number.POSITIVE_INFINITY,
      contradicted: 0,
    };
  }
  // Walk the points where a bound begins or ceases to hold; between two of them nothing changes.
  let best = { from: highest, to: highest, contradicted: Number.POSITIVE_INFINITY };
  let broken = low.length;
  let i = 0;
  let j = 0;
  let from = Number.NEGATIVE_INFINITY;
  while (i < low.length || j <= high.length) {
    const nextLow = low[i] ?? Number.POSITIVE_INFINITY;
    const nextHigh = high[j] ?? Number.POSITIVE_INFINITY;
    const to = Math.min(nextLow, nextHigh);
    const width = to - from;
    if (
      broken < best.contradicted ||
      (broken === best.contradicted && from <= 0 && to >= 0) ||
      (broken === best.contradicted &&
        width > best.to - best.from &&
        !(best.from <= 0 && best.to >= 0))
    ) {
      best = { from, to, contradicted: broken };
    }
    if (to === Number.POSITIVE_INFINITY) break;
    if (nextLow <= nextHigh) {
      broken--;
      i++;
    } else {
      broken++;
      j++;
    }
    from = to;
  }
  return best;
}

function evidenceText(bounds: readonly ClockBound[], skew: Skew, resolutionMs: number): string {
  const tasks = new Set<number>();
  let ofTasks = 0;
  for (const bound of bounds) {
    if (bound.taskId === undefined || bound.side === "about") continue;
    tasks.add(bound.taskId);
    ofTasks++;
  }
  const within = resolutionMs >= 1000 ? "1 s" : `${resolutionMs} ms`;
  if (ofTasks === 0) {
    return skew.hard > 0
      ? `${skew.met} of ${skew.hard} registrations agree within ${within}`
      : `${bounds.length} ${bounds.length === 1 ? "registration is" : "registrations are"} seconds apart`;
  }
  const missed = skew.hard - skew.met;
  const ends = counted(ofTasks, "task start or end", "task starts and ends");
  const all = `${ends} of ${counted(tasks.size, "task")}`;
  const others = skew.hard - ofTasks;
  const rest = others > 0 ? ` and ${counted(others, "registration")}` : "";
  return missed === 0
    ? `${all}${rest} agree within ${within}`
    : `${skew.hard - missed} of ${skew.hard} bounds from ${all}${rest} agree within ${within}`;
}
