/**
 * What is known of a number of bytes: an inclusive interval of integers. `12.3 MiB` in a log is one
 * of these, never a number.
 */
export interface ByteInterval {
  readonly atLeast: number;
  readonly atMost: number;
}

/** The interval that holds one value. */
export function exactly(bytes: number): ByteInterval {
  return { atLeast: bytes, atMost: bytes };
}

export function sum(a: ByteInterval, b: ByteInterval): ByteInterval {
  return { atLeast: a.atLeast + b.atLeast, atMost: a.atMost + b.atMost };
}

/** Every value that `a − b` can have. */
export function difference(a: ByteInterval, b: ByteInterval): ByteInterval {
  return { atLeast: a.atLeast - b.atMost, atMost: a.atMost - b.atLeast };
}

/** What both allow; `undefined` when they contradict each other. */
export function intersection(a: ByteInterval, b: ByteInterval): ByteInterval | undefined {
  const atLeast = Math.max(a.atLeast, b.atLeast);
  const atMost = Math.min(a.atMost, b.atMost);
  return atLeast <= atMost ? { atLeast, atMost } : undefined;
}

/** The smallest interval that holds both. */
export function hull(a: ByteInterval, b: ByteInterval): ByteInterval {
  return { atLeast: Math.min(a.atLeast, b.atLeast), atMost: Math.max(a.atMost, b.atMost) };
}

export function touches(a: ByteInterval, b: ByteInterval): boolean {
  return a.atLeast <= b.atMost && b.atLeast <= a.atMost;
}
