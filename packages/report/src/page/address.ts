/** A place in the report is in its address, to be pasted into a ticket: #x=1&t=10.2-12.9. */
import { executorAt, meta, setRange, state } from "./state.ts";

let writing: ReturnType<typeof setTimeout> | undefined;

export function themeAsked(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("theme");
}

/** Not at once: a zoom is many ranges. */
export function writeAddress(): void {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const seconds = (t: number): string => ((t * meta.unit) / 1e6).toFixed(3);
    const theme = themeAsked();
    const place = new URLSearchParams({
      x: executorAt(state.executor).id,
      t: `${seconds(state.from)}-${seconds(state.to)}`,
      ...(state.mode === "off_heap" ? { mode: "off_heap" } : {}),
      ...(theme === null ? {} : { theme }),
    });
    try {
      history.replaceState(null, "", `#${place.toString()}`);
    } catch {
      // Some viewers of files forbid it; the page works without.
    }
  }, 300);
}

export function readAddress(): void {
  const place = new URLSearchParams(location.hash.slice(1));
  const index = meta.executors.findIndex(({ id }) => id === place.get("x"));
  if (index >= 0) {
    state.executor = index;
    state.mode = executorAt(index).strip;
  }
  if (place.get("mode") === "off_heap") state.mode = "off_heap";
  const [from, to] = (place.get("t") ?? "")
    .split("-")
    .map((seconds) => (Number(seconds) * 1e6) / meta.unit);
  if (from !== undefined && to !== undefined && to > from) setRange(from, to);
}
