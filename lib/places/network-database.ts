import { readFileSync } from "node:fs";
import { publicAddress } from "./public-address.ts";

/** A network of the internet: an autonomous system's number, and what its holder calls it. */
export type Network = { number: number; name: string };

/** The network that an address is announced by, or null where none is known. Never throws, whatever it is asked. */
export type NetworkOf = (address: string | null) => Network | null;

/** A stretch of addresses, both ends in it. */
export type AddressRange = { first: string; last: string };

/** A database of networks in memory. */
export type NetworkDatabase = {
  networkOf: NetworkOf;
  /** All addresses of a network, version 4 first; none for a number that nobody announces by. */
  rangesOf(number: number): AddressRange[];
  /** Networks by the beginning of their number or a part of their name, at most so many: names that begin with it first, then the shorter ones. */
  find(text: string, most: number): Network[];
  /** The day that its data is of: `2026-06-17`; null where it does not say. */
  builtAt: string | null;
};

type Head = { form: number; builtAt: string | null; four: number; six: number; names: number };
const HEAD_BYTES = 256;
const FORM = 1;

/** The last place of a sorted list that is not after the value; -1 before the first. */
function placeOf<Value extends number | bigint>(starts: ArrayLike<Value>, value: Value): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as Value) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function fourOf(address: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

/** The first 64 bits of an address of version 6. */
function sixOf(address: string): bigint {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const whole =
    tail === undefined
      ? groups
      : [...groups, ...Array(Math.max(0, 8 - groups.length - after.length)).fill("0"), ...after];
  return whole.slice(0, 4).reduce((value, group) => (value << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}

function groupsOf(value: bigint): string {
  return [48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16)).join(":");
}

/** Networks of a list, given by number and name, as `find` of a database gives them. */
export function findAmong(
  networks: readonly (readonly [number: string, name: string])[],
  text: string,
  most: number,
): Network[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const digits = /^(?:as)?(\d+)$/.exec(wanted)?.[1];
  const found = networks.flatMap(([number, name]) => {
    const place = name.toLowerCase().indexOf(wanted);
    const isOfNumber = digits !== undefined && number.startsWith(digits);
    return place === -1 && !isOfNumber
      ? []
      : [{ number: Number(number), name, isFirst: isOfNumber || place === 0 }];
  });
  found.sort(
    (one, other) =>
      Number(other.isFirst) - Number(one.isFirst) ||
      (digits === undefined ? one.name.length - other.name.length : 0) ||
      one.number - other.number,
  );
  return found.slice(0, most).map(({ number, name }) => ({ number, name }));
}

/**
 * Reads the file that the set-up makes of the package of networks (`server/setup/build-networks.mjs`): 9 MB in memory, no look-up leaves the machine.
 *
 * @throws {Error} in one line, where the file cannot be read or is of another form.
 */
export function openNetworkDatabase(path: string): NetworkDatabase {
  let file: Buffer;
  let head: Head;
  try {
    file = readFileSync(path);
    head = JSON.parse(file.toString("utf8", 0, HEAD_BYTES)) as Head;
    if (head.form !== FORM) throw new Error(`it is of form ${head.form}`);
  } catch (error) {
    throw new Error(`the database of networks ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  // a buffer of its own: views want an aligned one
  const bytes = new Uint8Array(file).buffer;
  let at = HEAD_BYTES;
  const take = (length: number) => {
    const from = at;
    at += length;
    return from;
  };
  const sixStarts = new BigUint64Array(bytes, take(head.six * 8), head.six);
  const fourStarts = new Uint32Array(bytes, take(head.four * 4), head.four);
  const fourNumbers = new Uint32Array(bytes, take(head.four * 4), head.four);
  const sixNumbers = new Uint32Array(bytes, take(head.six * 4), head.six);
  const names = JSON.parse(file.toString("utf8", at, at + head.names)) as Record<string, string>;

  function numberOf(address: string): number {
    if (address.includes(":")) return sixNumbers[placeOf(sixStarts, sixOf(address))] ?? 0;
    return fourNumbers[placeOf(fourStarts, fourOf(address))] ?? 0;
  }

  return {
    builtAt: head.builtAt,
    networkOf(text) {
      const address = text === null ? null : publicAddress(text);
      if (address === null) return null;
      const number = numberOf(address);
      return number === 0 ? null : { number, name: names[number] ?? "" };
    },
    find: (text, most) => findAmong(Object.entries(names), text, most),
    rangesOf(number) {
      if (number === 0) return [];
      const ranges: AddressRange[] = [];
      for (
        let place = fourNumbers.indexOf(number);
        place !== -1;
        place = fourNumbers.indexOf(number, place + 1)
      )
        ranges.push({
          first: dotted(fourStarts[place] as number),
          last: dotted(((fourStarts[place + 1] ?? 0) - 1) >>> 0),
        });
      for (
        let place = sixNumbers.indexOf(number);
        place !== -1;
        place = sixNumbers.indexOf(number, place + 1)
      )
        ranges.push({
          first: `${groupsOf(sixStarts[place] as bigint)}::`,
          last: `${groupsOf((sixStarts[place + 1] as bigint) - 1n)}:ffff:ffff:ffff:ffff`,
        });
      return ranges;
    },
  };
}
