import { createCipheriv, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyWrapper, wrappedUnder } from "./key-wrapper.ts";
import { fixedMasterKeys, masterKeyId } from "./master-keys.ts";

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
    for (const version of [0, 1, 3]) {
      const other = Buffer.from(wrapped);
      other[0] = version;
      await expect(wrapper.unwrap(other, "es256-a")).rejects.toEqual(SEALED);
    }
    wrapped[0] = 1;
    await expect(wrapper.unwrap(wrapped, "es256-a")).rejects.toEqual(SEALED);
  });

  it("opens where it was wrapped before there were ids of master keys", async () => {
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv("aes-256-gcm", masterKey, nonce).setAAD(Buffer.from("es256-a"));
    const ciphertext = Buffer.concat([cipher.update("secret"), cipher.final()]);
    const wrapped = Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), ciphertext]);
    expect(wrappedUnder(wrapped)).toBeNull();
    const both = createKeyWrapper(fixedMasterKeys(Buffer.alloc(32, 8), masterKey));
    for (const one of [wrapper, both])
      expect((await one.unwrap(wrapped, "es256-a")).toString()).toBe("secret");
    await expect(createKeyWrapper(Buffer.alloc(32, 8)).unwrap(wrapped, "es256-a")).rejects.toEqual(SEALED);
  });

  it("opens by each master key of a process, and is wrapped under the one in force, or not at all", async () => {
    const other = Buffer.alloc(32, 8);
    const inForce = (key: Buffer) =>
      createKeyWrapper(fixedMasterKeys(masterKey, other), async () => masterKeyId(key));
    const wrapped = await inForce(other).wrap(Buffer.from("secret"), "a");
    expect(wrappedUnder(wrapped)).toBe(masterKeyId(other));
    expect((await inForce(masterKey).unwrap(wrapped, "a")).toString()).toBe("secret");
    await expect(wrapper.unwrap(wrapped, "a")).rejects.toEqual(SEALED);
    await expect(inForce(Buffer.alloc(32, 1)).wrap(Buffer.from("secret"), "a")).rejects.toEqual(SEALED);
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
      wrapper.unwrap((await wrapper.wrap(Buffer.from("x"), "a")).subarray(0, 37), "a"),
    ).rejects.toEqual(SEALED);
  });

  it("needs a master key of 32 bytes", () => {
    expect(() => createKeyWrapper(Buffer.alloc(16))).toThrow("32 bytes");
  });
});
