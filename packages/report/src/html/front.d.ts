/** What `#page` gives: the built strings in a package, a bundle of the sources in a clone. */
export interface Front {
  readonly script: string;
  readonly style: string;
}
export function front(): Promise<Front>;
