import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  CHECKS,
  checkCookieName,
  checkCookies,
  findQuestion,
  questionCookie,
  spentCheckCookies,
} from "./check-cookies.ts";
import { openSession, sealSession } from "./session-cookie.ts";

const TLS = { consoleUrl: "https://console.example.com" };
const PLAIN = { consoleUrl: "http://localhost:3000" };
const key = randomBytes(32);
const asked = { state: "s", provider: "p", question: { askedAtMs: 1, next: "/audit", stepUp: null } };

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

  test("say what was asked to the key that sealed it alone", async () => {
    const header = (await questionCookie(PLAIN, asked, key)).split(";")[0] ?? "";
    await expect(findQuestion(PLAIN, header, key)).resolves.toMatchObject(asked);
    await expect(findQuestion(PLAIN, header, randomBytes(32))).resolves.toBeNull();
    await expect(findQuestion(TLS, header, key)).resolves.toBeNull();
    await expect(findQuestion(PLAIN, `${header.slice(0, -3)}AAA`, key)).resolves.toBeNull();
    await expect(findQuestion(PLAIN, `${header}${"x".repeat(3_000)}`, key)).resolves.toBeNull();
    await expect(findQuestion(PLAIN, null, key)).resolves.toBeNull();
  });

  test("are no session, and a session is none of them, under the same key too", async () => {
    const [name = "", sealed = ""] = ((await questionCookie(PLAIN, asked, key)).split(";")[0] ?? "").split(
      "=",
    );
    await expect(openSession(sealed, key)).resolves.toBeNull();
    const session = await sealSession("018f3f5e-0000-7000-8000-000000000000", key, 60);
    await expect(findQuestion(PLAIN, `${name}=${session}`, key)).resolves.toBeNull();
  });
});
