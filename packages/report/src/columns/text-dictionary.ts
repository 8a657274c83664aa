/**
 * Distinct texts of a column by number: few columns have many, and a repeated one costs a
 * comparison.
 */

/**
 * A dictionary with more texts, or more UTF-16 units, than this starts anew with the next batch.
 */
const KEPT_TEXTS = 1024;
const KEPT_UNITS = 1 << 18;

/** UTF-16 units of the texts of several dictionaries. */
export interface TextTally {
  units: number;
}

export class TextDictionary {
  /** by code */
  readonly texts: string[] = [];
  /** Codes of another generation mean nothing in this one. */
  generation = 0;
  readonly #codes = new Map<string, number>();
  readonly #tally: TextTally;
  #units = 0;
  #lastText: string | undefined;
  #lastCode = 0;

  constructor(tally: TextTally) {
    this.#tally = tally;
  }

  codeOf(text: string): number {
    if (text === this.#lastText) return this.#lastCode;
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.texts.length;
      this.texts.push(text);
      this.#codes.set(text, code);
      this.#units += text.length;
      this.#tally.units += text.length;
    }
    this.#lastText = text;
    this.#lastCode = code;
    return code;
  }

  /** Between batches: forgets its texts if they became many. */
  shed(): void {
    if (this.texts.length <= KEPT_TEXTS && this.#units <= KEPT_UNITS) return;
    this.texts.length = 0;
    this.#codes.clear();
    this.#lastText = undefined;
    this.#tally.units -= this.#units;
    this.#units = 0;
    this.generation += 1;
  }
}
