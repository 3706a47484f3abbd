/** A value that must not be found, by the name that a person is told. */
export type Needle = { name: string; bytes: Buffer };
export type Hit = { name: string; where: string; near: string };

const HEAD = 4;
const BITMAP_BITS = 20;
/** Shorter pieces are found by chance. */
const MIN_BYTES = 12;
/** A log or column that cut a value off must show too. */
const PIECE = 20;

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join("");
}

/** What base64 makes of the bytes in the middle of other text: it depends on where in it they begin. */
function base64Within(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const from = offset === 0 ? 0 : offset + 1;
    const until = (offset + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    const core = text.slice(from, until);
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function encodingsOf(bytes: Buffer): Buffer[] {
  const hex = bytes.toString("hex");
  const texts = [hex, hex.toUpperCase(), base32(bytes), ...base64Within(bytes)];
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytes)) {
    const url = encodeURIComponent(text);
    texts.push(
      text,
      url,
      encodeURIComponent(url),
      url.replaceAll("%20", "+"),
      JSON.stringify(text).slice(1, -1),
    );
    texts.push(text.toLowerCase(), [...text].reverse().join(""));
    texts.push(text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`));
  }
  return [bytes, ...texts.map((one) => Buffer.from(one, "utf8"))];
}

/** The value whole, and its beginning, middle and end. */
function piecesOf(bytes: Buffer): Buffer[] {
  if (bytes.length < 2 * PIECE) return [bytes];
  const middle = Math.floor((bytes.length - PIECE) / 2);
  return [bytes.subarray(0, PIECE), bytes.subarray(middle, middle + PIECE), bytes.subarray(-PIECE)];
}

function slotOf(data: Buffer, at: number): number {
  return Math.imul(data.readInt32LE(at), 0x9e3779b1) >>> (32 - BITMAP_BITS);
}

/** Looks for every needle, whole or in part, plain or encoded, in one pass over the data. */
export class LeakSearch {
  readonly #bitmap = new Uint8Array(1 << BITMAP_BITS);
  readonly #byHead = new Map<number, Needle[]>();
  count = 0;

  add(name: string, value: string | Buffer): void {
    const whole = Buffer.isBuffer(value) ? value : Buffer.from(value, "utf8");
    const seen = new Set<string>();
    for (const piece of piecesOf(whole))
      for (const bytes of encodingsOf(piece)) {
        const key = bytes.toString("latin1");
        if (bytes.length < MIN_BYTES || seen.has(key)) continue;
        seen.add(key);
        this.count += 1;
        const head = bytes.readInt32LE(0);
        this.#bitmap[slotOf(bytes, 0)] = 1;
        const needles = this.#byHead.get(head) ?? [];
        this.#byHead.set(head, [...needles, { name, bytes }]);
      }
  }

  find(where: string, data: Buffer): Hit[] {
    const hits = new Map<string, Hit>();
    for (let at = 0; at + HEAD <= data.length; at += 1) {
      if (this.#bitmap[slotOf(data, at)] === 0) continue;
      for (const { name, bytes } of this.#byHead.get(data.readInt32LE(at)) ?? []) {
        if (hits.has(name) || at + bytes.length > data.length) continue;
        if (data.compare(bytes, 0, bytes.length, at, at + bytes.length) !== 0) continue;
        const near = data.subarray(Math.max(0, at - 80), at + 40).toString("latin1");
        hits.set(name, { name, where, near: near.replaceAll(/[^\x20-\x7e]/g, ".") });
      }
    }
    return [...hits.values()];
  }
}
