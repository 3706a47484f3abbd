import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  CHECKS,
  checkCookieName,
  checkCookies,
  openCheck,
  sealCheck,
  spentCheckCookies,
} from "./check-cookies.ts";
import { openSession, sealSession } from "./session-cookie.ts";

const TLS = { consoleUrl: "https://console.example.com" };
const PLAIN = { consoleUrl: "http://localhost:3000" };
const key = randomBytes(32);
const check = { value: "v", provider: "p", question: { askedAtMs: 1, stepUp: null } };

describe("the cookies between a question to a provider and its answer", () => {
  test("belong to this very host wherever there is TLS", () => {
    for (const name of CHECKS) {
      expect(checkCookieName(TLS, name)).toMatch(/^__Host-/);
      expect(checkCookies(TLS)[name].options).toMatchObject({
        secure: true,
        httpOnly: true,
        path: "/",
        sameSite: "lax",
      });
      expect(checkCookieName(PLAIN, name)).not.toMatch(/^__/);
    }
    expect(spentCheckCookies(TLS).every((line) => /Secure/.test(line) && /Max-Age=0/.test(line))).toBe(true);
  });

  test("open under their own name and key alone", async () => {
    const name = checkCookieName(PLAIN, "state");
    const sealed = await sealCheck(check, { name, key });
    await expect(openCheck(sealed, { name, key })).resolves.toMatchObject(check);
    await expect(openCheck(sealed, { name: checkCookieName(PLAIN, "nonce"), key })).resolves.toBeNull();
    await expect(openCheck(sealed, { name, key: randomBytes(32) })).resolves.toBeNull();
    await expect(openCheck("x".repeat(3_000), { name, key })).resolves.toBeNull();
  });

  test("are no session, and a session is none of them, under the same key too", async () => {
    const name = checkCookieName(PLAIN, "state");
    await expect(openSession(await sealCheck(check, { name, key }), key)).resolves.toBeNull();
    const session = await sealSession("018f3f5e-0000-7000-8000-000000000000", key, 60);
    await expect(openCheck(session, { name, key })).resolves.toBeNull();
  });
});
