/** Small encoders for tests: what Spark's codecs and archivers write, without caring for size. */
import { crc32, deflateRawSync } from "node:zlib";
import { xxhash32 } from "../../src/bytes/codecs/xxhash32.ts";

/** Readable lines that repeat, as logs do. */
export function logText(bytes: number): Buffer {
  const lines: string[] = [];
  let length = 0;
  for (let n = 1; length < bytes; n++) {
    const line = `{"Event":"SparkListenerTaskEnd","Stage ID":${n % 7},"Task ID":${n},"Host":"node-${(n * n) % 13}"}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}

/** Bytes without any pattern, the same for the same seed. */
export function noise(bytes: number, seed = 1): Buffer {
  const made = Buffer.alloc(bytes);
  let state = seed;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    made[i] = state >>> 24;
  }
  return made;
}

function blocksOf(plain: Buffer, size: number): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < plain.length; at += size) blocks.push(plain.subarray(at, at + size));
  return blocks;
}

function int32le(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** As lz4-java does: a block that packing does not shrink is stored raw. */
export function packLz4(plain: Buffer, { endMark = true, blockBytes = 32_768 } = {}): Buffer {
  const blocks = blocksOf(plain, blockBytes).map((block) => {
    const packed = lz4Packed(block);
    const raw = packed.length >= block.length;
    const checksum = xxhash32(block, 0, block.length, 0x9747b28c) & 0x0fffffff;
    const body = raw ? block : packed;
    return Buffer.concat([
      Buffer.from("LZ4Block"),
      Buffer.of((raw ? 0x10 : 0x20) | 5),
      int32le(body.length),
      int32le(block.length),
      int32le(checksum),
      body,
    ]);
  });
  const end = Buffer.concat([Buffer.from("LZ4Block"), Buffer.of(0x15), Buffer.alloc(12)]);
  return Buffer.concat(endMark ? [...blocks, end] : blocks);
}

/** Greedy matches of four bytes and more, found by a table of the last places. */
function matches(
  block: Buffer,
  { most, within }: { readonly most: number; readonly within: number },
  emit: (literals: Buffer, length: number, distance: number) => void,
): Buffer {
  const seen = new Map<number, number>();
  let literal = 0;
  let at = 0;
  while (at + 12 < block.length) {
    const key = block.readUInt32LE(at);
    const before = seen.get(key);
    seen.set(key, at);
    if (before === undefined || at - before > within) {
      at++;
      continue;
    }
    let length = 4;
    while (
      at + length < block.length - 5 &&
      length < most &&
      block[before + length] === block[at + length]
    )
      length++;
    emit(block.subarray(literal, at), length, at - before);
    at += length;
    literal = at;
  }
  return block.subarray(literal);
}

function lz4Packed(block: Buffer): Buffer {
  const out: number[] = [];
  const more = (value: number): void => {
    for (let left = value - 15; left >= 0; left -= 255) {
      out.push(Math.min(left, 255));
      if (left < 255) break;
    }
  };
  const rest = matches(block, { most: 1000, within: 65_535 }, (literals, length, distance) => {
    out.push((Math.min(literals.length, 15) << 4) | Math.min(length - 4, 15));
    more(literals.length);
    out.push(...literals, distance & 255, distance >> 8);
    more(length - 4);
  });
  out.push(Math.min(rest.length, 15) << 4);
  more(rest.length);
  out.push(...rest);
  return Buffer.from(out);
}

export const snappyHeader: Buffer = Buffer.from([
  0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1,
]);

export function packSnappy(plain: Buffer, { blockBytes = 32_768 } = {}): Buffer {
  const blocks = blocksOf(plain, blockBytes).flatMap((block) => {
    const packed = snappyPacked(block);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(packed.length);
    return [length, packed];
  });
  return Buffer.concat([snappyHeader, ...blocks]);
}

function snappyPacked(block: Buffer): Buffer {
  const out: number[] = [];
  let left = block.length;
  while (left > 127) {
    out.push((left & 127) | 128);
    left >>>= 7;
  }
  out.push(left);
  const literal = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    if (bytes.length <= 60) out.push((bytes.length - 1) << 2);
    else out.push(61 << 2, (bytes.length - 1) & 255, (bytes.length - 1) >> 8);
    out.push(...bytes);
  };
  const rest = matches(block, { most: 64, within: 65_535 }, (literals, length, distance) => {
    literal(literals);
    if (length <= 11 && distance < 2048)
      out.push(1 | ((length - 4) << 2) | ((distance >> 8) << 5), distance & 255);
    else out.push(2 | ((length - 1) << 2), distance & 255, distance >> 8);
  });
  literal(rest);
  return Buffer.from(out);
}

export function packLzf(plain: Buffer, { blockBytes = 65_535 } = {}): Buffer {
  return Buffer.concat(
    blocksOf(plain, blockBytes).flatMap((block) => {
      const packed = lzfPacked(block);
      if (packed.length >= block.length) {
        return [Buffer.from([0x5a, 0x56, 0, block.length >> 8, block.length & 255]), block];
      }
      const sizes = [
        packed.length >> 8,
        packed.length & 255,
        block.length >> 8,
        block.length & 255,
      ];
      return [Buffer.from([0x5a, 0x56, 1, ...sizes]), packed];
    }),
  );
}

function lzfPacked(block: Buffer): Buffer {
  const out: number[] = [];
  const literal = (bytes: Buffer): void => {
    for (const run of blocksOf(bytes, 32)) out.push(run.length - 1, ...run);
  };
  const rest = matches(block, { most: 264, within: 8192 }, (literals, length, distance) => {
    literal(literals);
    const [code, far] = [length - 2, distance - 1];
    if (code < 7) out.push((code << 5) | (far >> 8), far & 255);
    else out.push((7 << 5) | (far >> 8), code - 7, far & 255);
  });
  literal(rest);
  return Buffer.from(out);
}

/** One frame of raw blocks (zstd stores what does not shrink so). */
export function packZstdRaw(plain: Buffer, { blockBytes = 131_072, close = true } = {}): Buffer {
  const blocks = blocksOf(plain, blockBytes);
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x48]),
    ...blocks.flatMap((block, at) => {
      const word = (block.length << 3) | (close && at === blocks.length - 1 ? 1 : 0);
      return [Buffer.from([word & 255, (word >> 8) & 255, word >> 16]), block];
    }),
  ]);
}

export interface Entry {
  readonly name: string;
  readonly plain: Buffer;
}

export function packTar(entries: readonly (Entry & { readonly type?: string })[]): Buffer {
  return Buffer.concat([
    ...entries.flatMap(({ name, plain, type = "0" }) => [
      tarHeader(name.slice(0, 100), plain.length, type),
      plain,
      Buffer.alloc((512 - (plain.length % 512)) % 512),
    ]),
    Buffer.alloc(1024),
  ]);
}

function tarHeader(name: string, size: number, type: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write(`${(1_700_000_000).toString(8).padStart(11, "0")}\0`, 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/**
 * `descriptor`: sizes behind the content and not before it, as a stream writer does (the history
 * server's zip).
 */
export function packZip(
  entries: readonly (Entry & { readonly method?: 0 | 8; readonly encrypted?: boolean })[],
  { descriptor = false, zip64 = false, before = Buffer.alloc(0) } = {},
): Buffer {
  const parts: Buffer[] = [before];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, plain, method = 8, encrypted = false } of entries) {
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const flags = (descriptor ? 8 : 0) | (encrypted ? 1 : 0);
    const sum = crc32(plain);
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32BE(0x504b0304, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(0x5a21, 12);
    if (!descriptor) {
      local.writeUInt32LE(sum, 14);
      local.writeUInt32LE(packed.length, 18);
      local.writeUInt32LE(plain.length, 22);
    }
    local.writeUInt16LE(nameBytes.length, 26);
    const tail = descriptor
      ? Buffer.concat([
          Buffer.from([0x50, 0x4b, 7, 8]),
          int32le(sum),
          int32le(packed.length),
          int32le(plain.length),
        ])
      : Buffer.alloc(0);
    parts.push(local, nameBytes, packed, tail);
    const extra = zip64 ? zip64Extra(plain.length, packed.length, offset) : Buffer.alloc(0);
    const central = Buffer.alloc(46);
    central.writeUInt32BE(0x504b0102, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt16LE(0x5a21, 14);
    central.writeUInt32LE(sum, 16);
    central.writeUInt32LE(zip64 ? 0xffffffff : packed.length, 20);
    central.writeUInt32LE(zip64 ? 0xffffffff : plain.length, 24);
    central.writeUInt16LE(nameBytes.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(zip64 ? 0xffffffff : offset, 42);
    directory.push(central, nameBytes, extra);
    offset += local.length + nameBytes.length + packed.length + tail.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32BE(0x504b0506, 0);
  end.writeUInt16LE(zip64 ? 0xffff : entries.length, 8);
  end.writeUInt16LE(zip64 ? 0xffff : entries.length, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : directoryBytes.length, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  const long = zip64 ? zip64End(entries.length, directoryBytes.length, offset) : Buffer.alloc(0);
  return Buffer.concat([...parts, directoryBytes, long, end]);
}

function zip64Extra(plain: number, packed: number, offset: number): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [at, value] of [plain, packed, offset].entries())
    extra.writeBigUInt64LE(BigInt(value), 4 + at * 8);
  return extra;
}

function zip64End(entries: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32BE(0x504b0606, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(entries), 24);
  end.writeBigUInt64LE(BigInt(entries), 32);
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32BE(0x504b0607, 56);
  end.writeBigUInt64LE(BigInt(offset + size), 64);
  end.writeUInt32LE(1, 72);
  return end;
}
