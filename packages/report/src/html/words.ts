/** Times of a report's static words. */

export function durationWords(micros: number): string {
  const seconds = micros / 1e6;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) {
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  }
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** Epoch µs as `2026-11-21 02:37:07 UTC`. */
export function momentWords(micros: number): string {
  return `${new Date(micros / 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
