/** What executor-log needs of a line: bytes in somebody else's buffer, valid only during the call. */
export interface LineSlice {
  readonly buffer: Buffer;
  /** First byte of the line in `buffer`. */
  readonly start: number;
  /** One past the last byte, line end excluded. */
  readonly end: number;
  /** 1-based. */
  readonly number: number;
  /** Of the line's first byte in its (decompressed) file. */
  readonly byteOffset: number;
  /** False for a last line without a line end. */
  readonly terminated: boolean;
}
