import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./hash-password.ts";

test("accepts the password that was hashed and refuses another", async () => {
  const hash = await hashPassword("correct horse battery");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  expect(await verifyPassword(hash, "correct horse battery")).toBe(true);
  expect(await verifyPassword(hash, "correct horse batterz")).toBe(false);
});

test("takes compatible forms of one character for the same", async () => {
  const hash = await hashPassword("cafe\u0301 au lait, deux");
  expect(await verifyPassword(hash, "caf\u00e9 au lait, deux")).toBe(true);
});

test("refuses every password where there is no account, the dummy's own too", async () => {
  expect(await verifyPassword(null, "correct horse battery")).toBe(false);
  expect(await verifyPassword(null, "no account has this password")).toBe(false);
});

test("a rush of passwords leaves threads to what opens database connections", async () => {
  const passwordHash = await hashPassword("correct horse battery");
  let ended = 0;
  const rush = Array.from({ length: 12 }, async () => {
    const isRight = await verifyPassword(passwordHash, "correct horse battery");
    ended += 1;
    return isRight;
  });
  await promisify(pbkdf2)("a", "b", 1, 32, "sha256");
  expect(ended).toBeLessThanOrEqual(2);
  expect(await Promise.all(rush)).toEqual(rush.map(() => true));
});
