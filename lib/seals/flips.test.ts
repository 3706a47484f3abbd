import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { tryFlips } from "./test-flips.ts";

test("of some thousand byte flips in proofs none is accepted, but for those that change nothing of what is proved", async () => {
  const seed = randomInt(1, 2 ** 31);
  const tallies = await tryFlips({ merkle: 2_000, seal: 1_000, checkpoint: 1_000, pack: 1_000 }, seed);
  for (const [kind, { falselyAccepted, refused }] of Object.entries(tallies)) {
    expect(falselyAccepted, `${kind}, seed ${seed}`).toEqual([]);
    expect(refused, kind).toBeGreaterThan(100);
  }
});
