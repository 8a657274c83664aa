/**
 * Is this JSON? Asked without an exception: one from JSON.parse costs 17 µs and hundreds of bytes,
 * which a log of ten million broken lines cannot afford. Follows RFC 8259.
 */

const quote = 0x22;
const backslash = 0x5c;
/** Deeper JSON is left to JSON.parse. */
const maxDepth = 1000;

export class JsonCheck {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  /** False only where JSON.parse would throw. */
  mayBeJson(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#skipSpace();
    if (!this.#value(0)) return false;
    this.#skipSpace();
    return this.#at === end || this.#at < 0;
  }

  #value(depth: number): boolean {
    if (depth > maxDepth) {
      this.#at = -1;
      return true;
    }
    switch (this.#byte()) {
      case 0x7b:
        return this.#object(depth);
      case 0x5b:
        return this.#array(depth);
      case quote:
        return this.#text();
      case 0x74:
        return this.#word("true");
      case 0x66:
        return this.#word("false");
      case 0x6e:
        return this.#word("null");
      default:
        return this.#number();
    }
  }

  #object(depth: number): boolean {
    this.#at++;
    this.#skipSpace();
    if (this.#take(0x7d)) return true;
    for (;;) {
      if (this.#byte() !== quote || !this.#text()) return false;
      this.#skipSpace();
      if (!this.#take(0x3a)) return false;
      this.#skipSpace();
      if (!this.#value(depth + 1)) return false;
      if (this.#at < 0) return true;
      this.#skipSpace();
      if (this.#take(0x7d)) return true;
      if (!this.#take(0x2c)) return false;
      this.#skipSpace();
    }
  }

  #array(depth: number): boolean {
    this.#at++;
    this.#skipSpace();
    if (this.#take(0x5d)) return true;
    for (;;) {
      if (!this.#value(depth + 1)) return false;
      if (this.#at < 0) return true;
      this.#skipSpace();
      if (this.#take(0x5d)) return true;
      if (!this.#take(0x2c)) return false;
      this.#skipSpace();
    }
  }

  #text(): boolean {
    for (this.#at++; this.#at < this.#end; this.#at++) {
      const byte = this.#bytes[this.#at] ?? 0;
      if (byte === quote) {
        this.#at++;
        return true;
      }
      if (byte < 0x20) return false;
      if (byte === backslash && !this.#escape()) return false;
    }
    return false;
  }

  /** From the backslash to the escape's last byte. */
  #escape(): boolean {
    this.#at++;
    const byte = this.#byte();
    if (byte !== 0x75) return '"\\/bfnrt'.includes(String.fromCharCode(byte));
    for (let k = 0; k < 4; k++) {
      this.#at++;
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.#byte()))) return false;
    }
    return true;
  }

  #word(word: string): boolean {
    for (let k = 0; k < word.length; k++, this.#at++) {
      if (this.#byte() !== word.charCodeAt(k)) return false;
    }
    return true;
  }

  #number(): boolean {
    this.#take(0x2d);
    if (!this.#take(0x30) && !this.#digits()) return false;
    if (this.#take(0x2e) && !this.#digits()) return false;
    if (this.#take(0x65) || this.#take(0x45)) {
      if (!this.#take(0x2b)) this.#take(0x2d);
      return this.#digits();
    }
    return true;
  }

  #digits(): boolean {
    const from = this.#at;
    while (this.#byte() >= 0x30 && this.#byte() <= 0x39) this.#at++;
    return this.#at > from;
  }

  #take(byte: number): boolean {
    if (this.#byte() !== byte) return false;
    this.#at++;
    return true;
  }

  /** 0 at the end, which is no byte of JSON. */
  #byte(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at] ?? 0) : 0;
  }

  #skipSpace(): void {
    for (
      let byte = this.#byte();
      byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
    ) {
      this.#at++;
      byte = this.#byte();
    }
  }
}
