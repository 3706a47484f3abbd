import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { tryFlips } from "./test-flips.ts";

const COUNTS = { merkle: 550_000, seal: 200_000, checkpoint: 150_000, pack: 100_000 };

test("of a million byte flips in Merkle proofs, seals, signed checkpoints and the proofs of a pack none is accepted, but for those that change nothing of what is proved", async () => {
  const seed = randomInt(1, 2 ** 31);
  const tallies = Object.entries(await tryFlips(COUNTS, seed));
  for (const [kind, { falselyAccepted, ...tally }] of tallies) {
    expect(falselyAccepted, `${kind}, seed ${seed}`).toEqual([]);
    console.info(kind, tally);
  }
  expect(tallies.reduce((sum, [, { tried }]) => sum + tried, 0)).toBe(1_000_000);
  expect(tallies.reduce((sum, [, { same }]) => sum + same, 0)).toBeLessThan(5_000);
});
