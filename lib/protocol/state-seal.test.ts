import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStateSeal } from "./state-seal.ts";

const seal = createStateSeal(Buffer.alloc(32, 5));
const payload = { state: "xyz", nested: { cookie: "secret-cookie" } };

/** As it was sealed before there was a root secret. */
function sealedBefore(masterKey: Buffer, place: string) {
  return { ...createStateSeal(masterKey).seal(payload, place), v: 1 };
}

describe("sealed state", () => {
  it("of before there was a root secret opens by the master key that it was sealed under, by no other", () => {
    const [mine, other] = [Buffer.alloc(32, 8), Buffer.alloc(32, 9)];
    const stored = sealedBefore(mine, "Session aa");
    const opens = (...keys: Buffer[]) =>
      createStateSeal(Buffer.alloc(32, 5), keys).open(stored, "Session aa");
    expect(opens(mine)).toEqual(payload);
    expect(opens(other, mine)).toEqual(payload);
    expect(opens(other)).toBeNull();
    expect(opens()).toBeNull();
    expect(createStateSeal(mine, [other]).open(stored, "Session aa")).toBeNull();
  });

  it("opens in its own place, and shows nothing of what it holds", () => {
    const stored = seal.seal(payload, "Interaction aa");
    expect(seal.open(stored, "Interaction aa")).toEqual(payload);
    const bytes = Buffer.from(stored.sealed, "base64url");
    expect(JSON.stringify(stored) + bytes.toString("latin1")).not.toContain("secret-cookie");
  });

  it("is as if it were not there in another place, or under another secret", () => {
    const stored = seal.seal(payload, "Interaction aa");
    expect(seal.open(stored, "Session aa")).toBeNull();
    expect(createStateSeal(Buffer.alloc(32, 6)).open(stored, "Interaction aa")).toBeNull();
  });

  it("is as if it were not there when it was changed or is something else", () => {
    for (const other of [
      null,
      undefined,
      {},
      { v: 2, sealed: "x" },
      { v: 1, sealed: "" },
      { v: 1, sealed: 7 },
      [],
      "text",
    ])
      expect(seal.open(other, "x")).toBeNull();
    const { sealed } = seal.seal(payload, "x");
    fc.assert(
      fc.property(fc.nat(Buffer.from(sealed, "base64url").length * 8 - 1), (bit) => {
        const bytes = Buffer.from(sealed, "base64url");
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(seal.open({ v: 2, sealed: bytes.toString("base64url") }, "x")).toBeNull();
      }),
    );
  });
});
