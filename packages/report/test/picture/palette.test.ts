/** A report's colours, told apart from paper by all and from each other by colour-blind eyes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type Colour = readonly [red: number, green: number, blue: number];

const css = readFileSync(join(import.meta.dirname, "../../src/page/style.css"), "utf8");
const themes = {
  light: colours(/:root \{([^}]*)\}/.exec(css)?.[1]),
  dark: colours(/:root\[data-theme="?dark"?\] \{([^}]*)\}/.exec(css)?.[1]),
};

function colours(text = ""): ReadonlyMap<string, Colour> {
  return new Map(
    [...text.matchAll(/--([\w-]+): #([0-9a-f]{3,6});/g)].map(([, name = "", digits = ""]) => {
      const six = digits.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits;
      const part = (at: number): number => Number.parseInt(six.slice(at, at + 2), 16) / 255;
      return [name, [part(0), part(2), part(4)]];
    }),
  );
}

function named(theme: keyof typeof themes, name: string): Colour {
  const colour = themes[theme].get(name);
  if (colour === undefined) throw new Error(`no colour ${name} in ${theme}`);
  return colour;
}

const linear = (part: number): number =>
  part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;

function contrast(a: Colour, b: Colour): number {
  const light = ([red, green, blue]: Colour): number =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const [low = 0, high = 0] = [light(a), light(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1. */
const EYES: Readonly<Record<string, readonly number[]>> = {
  protan: [0.152, 1.053, -0.205, 0.115, 0.786, 0.099, -0.004, -0.048, 1.052],
  deutan: [0.367, 0.861, -0.228, 0.28, 0.673, 0.047, -0.012, 0.043, 0.969],
  tritan: [1.256, -0.077, -0.179, -0.078, 0.931, 0.148, 0.005, 0.691, 0.304],
};

/** CIE Lab of a colour as such an eye sees it. */
function seen(colour: Colour, eye: readonly number[]): Colour {
  const [r, g, b] = colour.map(linear);
  const row = (at: number): number =>
    Math.min(
      1,
      Math.max(
        0,
        (eye[at] ?? 0) * (r ?? 0) + (eye[at + 1] ?? 0) * (g ?? 0) + (eye[at + 2] ?? 0) * (b ?? 0),
      ),
    );
  const [red, green, blue] = [row(0), row(3), row(6)];
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const apart = (a: Colour, b: Colour): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const EVENTS = ["evicted", "no_room", "spilled", "waited", "oom"];

for (const theme of ["light", "dark"] as const) {
  const paper = named(theme, "paper");

  test.each(["ink", "soft", "storage", "exec-text", "oom", "focus"])(
    `${theme}: %s can be read as text`,
    (name) => {
      expect(contrast(named(theme, name), paper)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(["unroll", "exec", "pool", "region", ...EVENTS])(
    `${theme}: %s can be seen as a mark`,
    (name) => {
      expect(contrast(named(theme, name), paper)).toBeGreaterThanOrEqual(2.95);
    },
  );

  test(`${theme}: the question marks stand out from the ground of what is unknown`, () => {
    const ground = named(theme, "unknown");
    expect(contrast(named(theme, "unknown-ink"), ground)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.keys(EYES))(
    `${theme}: a %s eye tells events and kinds of memory apart`,
    (eye) => {
      for (const names of [EVENTS, ["storage", "exec", "paper"]]) {
        const all = names.map((name) => seen(named(theme, name), EYES[eye] ?? []));
        for (const [i, one] of all.entries()) {
          for (const other of all.slice(i + 1)) expect(apart(one, other)).toBeGreaterThan(11);
        }
      }
    },
  );
}
