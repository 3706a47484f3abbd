import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { say } from "./console-lines.mjs";
import { CACHE_DIR, ROOT } from "./paths.mjs";
import { findStamp, saveStamp } from "./stamp.mjs";

const PACKAGE = path.join(ROOT, "node_modules/@ip-location-db/asn");
const FILE = path.join(CACHE_DIR, "networks.bin");
const STAMP = path.join(CACHE_DIR, "networks.stamp");
/** Rises with the form of the file, which `lib/places/network-database.ts` reads. */
const FORM = 1;

/** A line `first,last,number,name`; the name may be in quotes, with quotes in it doubled. */
function lineOf(text) {
  const [first, last, number] = text.split(",", 3);
  const name = text.slice(first.length + last.length + number.length + 3);
  return {
    first: BigInt(first),
    last: BigInt(last),
    number: Number(number),
    name: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  };
}

/**
 * Reads one file of ranges: where each begins and whose it is, neighbours of the same network as one, and gaps as nobody's. `shift` bits of an address do
 * not count: no network announces less than a /64 of version 6.
 */
async function readRanges(file, shift, names) {
  const starts = [];
  const numbers = [];
  let end = null;
  const push = (start, number) => {
    if (numbers.at(-1) === number) return;
    if (starts.at(-1) === start) {
      starts.pop();
      numbers.pop();
    }
    starts.push(start);
    numbers.push(number);
  };
  const lines = createInterface({
    input: createReadStream(path.join(PACKAGE, file)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const text of lines) {
    if (text === "") continue;
    const line = lineOf(text);
    const first = line.first >> shift;
    const last = line.last >> shift;
    if (end !== null && first > end) push(end, 0);
    if (end !== null && first < end) continue;
    push(first, line.number);
    end = last + 1n;
    if (!names.has(line.number)) names.set(line.number, line.name);
  }
  if (end !== null) push(end, 0);
  return { starts, numbers };
}

/**
 * Makes one file for look-ups out of the 65 MB of text that the package of networks has: a line of JSON that says what follows, the starts and numbers of version 4
 * (32 bits each), those of version 6 (64 and 32 bits), and the names as JSON. Only where the package is another than the last time.
 */
export async function buildNetworks() {
  const { version } = JSON.parse(readFileSync(path.join(PACKAGE, "package.json"), "utf8"));
  const wanted = `${FORM} ${version}`;
  if (findStamp(STAMP) === wanted && existsSync(FILE)) return;
  say("preparing the database of networks");
  const names = new Map();
  const four = await readRanges("asn-ipv4-num.csv", 0n, names);
  const six = await readRanges("asn-ipv6-num.csv", 64n, names);
  const text = Buffer.from(JSON.stringify(Object.fromEntries(names)));
  // the package's version ends with its day and hour: 2.3.2026061719
  const [, year, month, day] = /(\d{4})(\d\d)(\d\d)\d\d$/.exec(version) ?? [];
  const head = Buffer.from(
    `${JSON.stringify({ form: FORM, builtAt: year ? `${year}-${month}-${day}` : null, four: four.starts.length, six: six.starts.length, names: text.length })}\n`.padStart(
      256,
    ),
  );
  const parts = [
    head,
    Buffer.from(BigUint64Array.from(six.starts).buffer),
    // the first address after the last of all has no 32 bits: nothing is asked for there
    Buffer.from(
      Uint32Array.from(four.starts, (start) => Number(start > 0xffffffffn ? 0xffffffffn : start)).buffer,
    ),
    Buffer.from(Uint32Array.from(four.numbers).buffer),
    Buffer.from(Uint32Array.from(six.numbers).buffer),
    text,
  ];
  writeFileSync(`${FILE}.new`, Buffer.concat(parts));
  renameSync(`${FILE}.new`, FILE);
  saveStamp(STAMP, wanted);
}
