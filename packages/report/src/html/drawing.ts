/** The picture of memory without a script: the same list of what to draw, as SVG. */
import { gunzipSync } from "node:zlib";
import { unpacked } from "../picture/chunk.ts";
import type { ExecutorFacts } from "../picture/facts.ts";
import { perPixel } from "../picture/per-pixel.ts";
import { trackIn } from "../picture/track.ts";
import { type Band, wallsOf } from "../picture/walls.ts";
import type { Chunk } from "./chunks.ts";
import { type Html, html } from "./html.ts";

const [WIDTH, HEIGHT] = [180, 32];

/** Of one executor, the whole run; undefined: no log tells anything of its memory. */
export function smallDrawing(
  { base64 }: Chunk,
  executor: ExecutorFacts,
  { max, span }: { readonly max: number; readonly span: number },
): Html | undefined {
  const chunk = unpacked(new Uint8Array(gunzipSync(Buffer.from(base64, "base64"))));
  const track = trackIn(chunk, `${executor.strip}.`, max);
  if (track === undefined) return undefined;
  const pixels = perPixel(track, {
    from: 0,
    to: span,
    width: WIDTH,
    born: track.t[0] ?? 0,
    gone: executor.removed ?? span,
  });
  const bands = wallsOf(pixels).filter(
    (wall): wall is Band => wall.draw === "band" && wall.of !== "pool" && wall.here.includes(1),
  );
  return html`<svg class="strip" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${bands.map(
    (band) => html`<path class="${band.of} ${band.certainty}" d="${outline(band)}"/>`,
  )}</svg>`;
}

/** Steps of equal height are one stretch of the outline. */
function outline({ here, low, high }: Band): string {
  const y = (share: number | undefined): string =>
    (HEIGHT - (share ?? 0) * HEIGHT).toFixed(1).replace(/\.0$/, "");
  const parts: string[] = [];
  for (let from = 0; from < WIDTH; ) {
    if (here[from] !== 1) {
      from++;
      continue;
    }
    const same = (at: number): boolean =>
      here[at] === 1 && y(low[at]) === y(low[from]) && y(high[at]) === y(high[from]);
    let to = from + 1;
    while (to < WIDTH && same(to)) to++;
    if (y(low[from]) !== y(high[from])) {
      parts.push(`M${from} ${y(low[from])}V${y(high[from])}H${to}V${y(low[from])}Z`);
    }
    from = to;
  }
  return parts.join("");
}

/** The textures of what is not certain, once for all drawings. */
export function patterns(): Html {
  const hatch = (id: string, size: number, rises: boolean): Html => {
    const line = rises ? `M0 ${size}L${size} 0` : `M0 0L${size} ${size}`;
    return html`<pattern id="${id}" width="${size}" height="${size}" patternUnits="userSpaceOnUse"><path d="${line}"/></pattern>`;
  };
  return html`<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>${hatch("likely-storage", 3, true)}${hatch("possible-storage", 6, true)}${hatch("likely-execution", 3, false)}${hatch("possible-execution", 6, false)}<pattern id="unknown" width="16" height="16" patternUnits="userSpaceOnUse"><rect width="16" height="16"/><text x="2" y="8">?</text><text x="10" y="15">?</text></pattern></defs></svg>`;
}
