import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyWrapper } from "./key-wrapper.ts";

const masterKey = Buffer.alloc(32, 7);
const wrapper = createKeyWrapper(masterKey);
const SEALED = expect.objectContaining({ code: "SEALED" });

describe("a wrapped key", () => {
  it("opens with the master key and kid that it was wrapped under", async () => {
    const wrapped = await wrapper.wrap(Buffer.from("secret"), "es256-a");
    expect((await wrapper.unwrap(wrapped, "es256-a")).toString()).toBe("secret");
  });

  it("is another one each time and holds nothing of what it wraps", async () => {
    const plain = randomBytes(64);
    const [one, other] = [await wrapper.wrap(plain, "a"), await wrapper.wrap(plain, "a")];
    expect(one.equals(other)).toBe(false);
    expect(one.includes(plain.subarray(0, 8))).toBe(false);
  });

  it("is sealed to another master key, to another kid and to another version", async () => {
    const wrapped = await wrapper.wrap(Buffer.from("secret"), "es256-a");
    await expect(createKeyWrapper(Buffer.alloc(32, 8)).unwrap(wrapped, "es256-a")).rejects.toEqual(SEALED);
    await expect(wrapper.unwrap(wrapped, "es256-b")).rejects.toEqual(SEALED);
    wrapped[0] = 2;
    await expect(wrapper.unwrap(wrapped, "es256-a")).rejects.toEqual(SEALED);
  });

  it("is sealed when any bit of it is another", async () => {
    const wrapped = await wrapper.wrap(Buffer.from("secret"), "a");
    await fc.assert(
      fc.asyncProperty(fc.nat(wrapped.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(wrapped);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        await expect(wrapper.unwrap(changed, "a")).rejects.toEqual(SEALED);
      }),
    );
  });

  it("is sealed when it is empty or cut", async () => {
    await expect(wrapper.unwrap(Buffer.alloc(0), "a")).rejects.toEqual(SEALED);
    await expect(
      wrapper.unwrap((await wrapper.wrap(Buffer.from("x"), "a")).subarray(0, 29), "a"),
    ).rejects.toEqual(SEALED);
  });

  it("needs a master key of 32 bytes", () => {
    expect(() => createKeyWrapper(Buffer.alloc(16))).toThrow("32 bytes");
  });
});
