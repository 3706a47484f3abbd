// node bench/seals/measure-leaf.ts [--rows N] [--rounds N]: what it costs to hash a use for its seal, in one part and in two
import { randomBytes, randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { type SealedUse, useLeaf, useSalts } from "#lib/seals/use-leaf.ts";
import { figureLine } from "../report/figures.ts";

/** Bytes of a salt of `use/1`. */
const FIRST_SALT = 16;

function usesOf(count: number, saltOf: (ordinal: number) => string): SealedUse[] {
  return Array.from({ length: count }, (_, ordinal) => ({
    id: randomUUID(),
    receivedAt: new Date(),
    at: new Date(),
    outcome: "allowed",
    refusal: null,
    source: "introspection",
    tokenId: randomUUID(),
    tokenKind: "access",
    familyId: randomUUID(),
    clientId: randomUUID(),
    userId: randomUUID(),
    subject: randomUUID(),
    verifierId: randomUUID(),
    audience: "billing",
    method: "GET",
    path: `/invoices/${ordinal}`,
    ip: "198.51.100.7",
    country: "CH",
    userAgent:
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    status: null,
    bytes: null,
    latencyUs: null,
    ordinal,
    salt: saltOf(ordinal),
  }));
}

/** Microseconds of the processor a leaf: others on the machine count less than by the clock. */
function timeOf(uses: readonly SealedUse[]): number {
  const began = process.cpuUsage();
  for (const use of uses) useLeaf(use);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / uses.length;
}

const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const { values } = parseArgs({
  options: { rows: { type: "string", default: "50000" }, rounds: { type: "string", default: "15" } },
});
const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
if (!(rows >= 1 && rounds >= 1)) throw new Error("--rows and --rounds are numbers from 1");
const first = usesOf(rows, () => randomBytes(FIRST_SALT).toString("hex"));
const second = usesOf(rows, useSalts(rows));
const times: Record<"one" | "two", number[]> = { one: [], two: [] };
// in turn, so that both have the machine as it is
for (let round = 0; round <= rounds; round += 1) {
  const [one, two] = [timeOf(first), timeOf(second)];
  // the first round is compiled on the way
  if (round === 0) continue;
  times.one.push(one);
  times.two.push(two);
}
const [one, two] = [median(times.one), median(times.two)];
for (const figure of [
  { name: "leaf_in_one_part", value: one, unit: "µs" },
  { name: "leaf_in_two_parts", value: two, unit: "µs" },
  { name: "second_part_costs", value: two - one, unit: "µs" },
])
  console.log(figureLine(figure));
