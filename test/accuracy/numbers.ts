/** Named numbers and their means. */

/** What had nothing to be measured on is absent or undefined. */
export type Numbers = Readonly<Record<string, number | undefined>>;

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Means of named numbers over those that have them. */
export class Means {
  readonly #values = new Map<string, number[]>();

  add(numbers: Numbers): void {
    for (const [name, value] of Object.entries(numbers)) {
      if (value === undefined) continue;
      const values = this.#values.get(name) ?? [];
      values.push(value);
      this.#values.set(name, values);
    }
  }

  all(): [string, number][] {
    return [...this.#values].map(([name, values]) => [name, meanOf(values)]);
  }
}
