/** Bytes become the same lines however they are cut into chunks. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { LineReader, type LineReaderOptions } from "../../src/lines/lines.ts";

interface Line {
  readonly text: string;
  readonly number: number;
  readonly byteOffset: number;
  readonly terminated: boolean;
}

function read(chunks: readonly Uint8Array[], options: Partial<LineReaderOptions> = {}) {
  const lines: Line[] = [];
  const huge: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const reader = new LineReader({
    onLine: ({ buffer, start, end, number, byteOffset, terminated }) => {
      lines.push({ text: buffer.toString("utf8", start, end), number, byteOffset, terminated });
    },
    hugeLine: {
      begin: ({ number, byteOffset }) => huge.push(`${number}@${byteOffset}:`),
      piece: (buffer, start, end) => {
        huge[huge.length - 1] += buffer.toString("utf8", start, end);
      },
      end: ({ terminated }) => {
        huge[huge.length - 1] += terminated ? "." : "…";
      },
    },
    report: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
  });
  for (const chunk of chunks) {
    // A chunk's memory is used again as soon as push returns.
    const own = Buffer.from(chunk);
    reader.push(own);
    own.fill(0x3f);
  }
  reader.end();
  return { lines, texts: lines.map(({ text }) => text), huge, diagnostics, reader };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...at.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, index) => bytes.subarray(places[index] ?? 0, end));
}

test("lines have numbers from 1, offsets of their first byte, and no line end", () => {
  const { lines, reader } = read([
    Buffer.from("one\r\n\ntwo\r\r\nthr"),
    Buffer.from("ee\n"),
    Buffer.from("fo\rur"),
  ]);
  expect(lines).toEqual([
    { text: "one", number: 1, byteOffset: 0, terminated: true },
    { text: "", number: 2, byteOffset: 5, terminated: true },
    { text: "two", number: 3, byteOffset: 6, terminated: true },
    { text: "three", number: 4, byteOffset: 12, terminated: true },
    { text: "fo\rur", number: 5, byteOffset: 18, terminated: false },
  ]);
  expect([reader.lines, reader.bytes]).toEqual([5, 23]);
});

test("nothing is no line, and a line end alone is one", () => {
  expect(read([]).lines).toEqual([]);
  expect(read([Buffer.alloc(0), Buffer.from("\n")]).texts).toEqual([""]);
});

test("NULs and broken UTF-8 are bytes like others", () => {
  const { texts } = read([Buffer.from([97, 0, 0, 10, 0xff, 0xfd, 0x80, 10, 0])]);
  expect(texts.map((text) => text.length)).toEqual([3, 3, 1]);
});

test("chunks may be cut anywhere, between the bytes of a letter and of a line end too", () => {
  const piece = fc.constantFrom("a", "\n", "\r\n", "\r", "é", "€", "𝄞", "\0", "xyz");
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (pieces, places) => {
        const bytes = Buffer.from(pieces.join(""));
        const whole = read([bytes]);
        const parts = read(cut(bytes, places));
        expect(parts.lines).toEqual(whole.lines);
        expect(parts.reader.lines).toBe(whole.lines.length);
        const expected = bytes.toString("utf8").split("\n");
        if (expected.at(-1) === "") expected.pop();
        expect(whole.texts).toEqual(
          expected.map((text, n) => (whole.lines[n]?.terminated ? text.replace(/\r+$/, "") : text)),
        );
      },
    ),
  );
});

test("a line longer than the limit comes in pieces, the lines around it as ever", () => {
  const piece = fc.constantFrom("a", "\n", "\r\n", "bcdefgh", "ijklmnopqrstuvw");
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (pieces, places) => {
        const bytes = Buffer.from(pieces.join(""));
        const whole = read([bytes]);
        const { lines, huge } = read(cut(bytes, places), { maxLineBytes: 10 });
        expect(lines).toEqual(whole.lines.filter(({ text }) => text.length <= 10));
        expect(huge).toEqual(
          whole.lines
            .filter(({ text }) => text.length > 10)
            .map(
              ({ text, number, byteOffset, terminated }) =>
                `${number}@${byteOffset}:${text}${terminated ? "." : "…"}`,
            ),
        );
      },
    ),
  );
});

test("a line one byte longer than the limit is too long, wherever chunks and the text end", () => {
  for (const [text, told] of [
    ["abcdefghijk", "1@0:abcdefghijk…"],
    ["abcdefghijk\n", "1@0:abcdefghijk."],
    ["abcdefghijk\r\n", "1@0:abcdefghijk."],
    ["abcdefghij\r", "1@0:abcdefghij\r…"],
  ] as const) {
    for (const places of [[], [5], [10], [11], [11, 12]]) {
      const { huge, lines } = read(cut(Buffer.from(text), places), { maxLineBytes: 10 });
      expect([huge, lines]).toEqual([[told], []]);
    }
  }
});

test("a line of 100 MB passes in bounded memory, and is told", () => {
  const chunk = Buffer.alloc(1 << 20, 120);
  let bytes = 0;
  const reader = new LineReader({
    onLine: () => {},
    maxLineBytes: 1 << 22,
    hugeLine: {
      begin: () => {},
      piece: (_buffer, start, end) => {
        bytes += end - start;
      },
      end: () => {},
    },
  });
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 100; n++) reader.push(chunk);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
  reader.end();
  expect([bytes, reader.lines]).toEqual([100 << 20, 1]);
});

test("without a taker a line too long is left out with a diagnostic", () => {
  const texts: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const reader = new LineReader({
    onLine: ({ buffer, start, end }) => texts.push(buffer.toString("utf8", start, end)),
    maxLineBytes: 4,
    report: (diagnostic) => diagnostics.push(diagnostic),
    sourceFileId: 3,
  });
  reader.push(Buffer.from("one\ntoo long\ntwo\nagain too long"));
  reader.end();
  expect(texts).toEqual(["one", "two"]);
  expect(diagnostics).toMatchObject([
    { code: "line_too_long", severity: "warning", line: 2, byteOffset: 4, sourceFileId: 3 },
    { code: "line_too_long", line: 4, byteOffset: 17 },
  ]);
});

test("a byte order mark is taken off and told; offsets count it", () => {
  for (const places of [[], [1], [2], [1, 2], [3]]) {
    const { lines, diagnostics } = read(cut(Buffer.from("\ufeffone\ntwo\n"), places));
    expect(lines.map(({ text, byteOffset }) => [text, byteOffset])).toEqual([
      ["one", 3],
      ["two", 7],
    ]);
    expect(diagnostics).toMatchObject([{ code: "text_byte_order_mark", severity: "info" }]);
  }
});

test("UTF-16 is converted, in both orders and however cut", () => {
  const little = Buffer.from("\ufeffüber\r\n𝄞 Takt\nEnde", "utf16le");
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    for (const places of [[], [1], [3, 9, 15], [17]]) {
      const { texts, diagnostics } = read(cut(bytes, places));
      expect(texts).toEqual(["über", "𝄞 Takt", "Ende"]);
      expect(diagnostics).toMatchObject([{ code: "text_utf16", severity: "warning" }]);
    }
  }
});

test("UTF-16 without a byte order mark is known by its NULs, in both orders and however cut", () => {
  const little = Buffer.from("26/11/21 über\r\n𝄞 Takt\nEnde", "utf16le");
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    for (const places of [[], [1], [3, 9, 15], [17]]) {
      const { lines, diagnostics } = read(cut(bytes, places));
      expect(lines.map(({ text, byteOffset }) => [text, byteOffset])).toEqual([
        ["26/11/21 über", 0],
        ["𝄞 Takt", 16],
        ["Ende", 26],
      ]);
      expect(diagnostics).toMatchObject([{ code: "text_utf16", severity: "warning", line: 1 }]);
    }
  }
});

test("NULs among letters are no UTF-16", () => {
  for (const bytes of [Buffer.alloc(64), Buffer.from("2\x006\0/\x0011/21 02:36:35 INFO x\n")]) {
    expect(read([bytes]).diagnostics).toEqual([]);
  }
});

test("carriage returns end the lines of a text that has no line feed, however cut", () => {
  const text = Array.from({ length: 400 }, (_, i) => `line ${i}`).join("\r");
  for (const places of [[], [1, 100], [4000, 4095, 4096], [2000]]) {
    const { texts, diagnostics } = read(cut(Buffer.from(`${text}\r`), places));
    expect(texts).toEqual(text.split("\r"));
    expect(diagnostics).toMatchObject([
      { code: "text_return_line_ends", severity: "info", line: 1, byteOffset: 0 },
    ]);
  }
});

test("carriage returns among line feeds, as a progress bar prints them, end no lines", () => {
  const text = `${"\r[Stage 0:>  (0 + 2) / 2]".repeat(100)}\n${"\rx".repeat(4000)}\n`;
  for (const places of [[], [1, 100, 2000]]) {
    const { texts, diagnostics } = read(cut(Buffer.from(text), places));
    expect(texts).toEqual(text.split("\n").slice(0, -1));
    expect(diagnostics).toEqual([]);
  }
});
