import fc from "fast-check";
import { expect, test } from "vitest";
import { makeOpaque } from "../tokens/opaque.ts";
import { redactSecrets } from "./redact.ts";

test("takes opaque tokens, JWTs and secrets out of what others sent, wherever they stand", () => {
  const opaque = makeOpaque("twa_", "019ab000-0000-7000-8000-000000000001");
  const jwt = "eyJ0eXAiOiJhdCtqd3QifQ.eyJqdGkiOiIxIn0.c2lnbmF0dXJl";
  expect(redactSecrets(`/files/${opaque}/x`)).toBe("/files/twa_[redacted]/x");
  expect(redactSecrets(`curl/8 (${jwt})`)).toBe("curl/8 ([redacted JWT])");
  expect(redactSecrets("agent twc_AbCdEfGhIjKlMnOpQrStUvWx-_")).toBe("agent twc_[redacted]");
});

test("leaves what is no secret as it is", () => {
  for (const text of [
    "/v1/invoices/7",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "/two_words/eyes.html",
    "twa_short",
  ])
    expect(redactSecrets(text)).toBe(text);
});

test("no opaque value passes, whatever surrounds it", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const value = makeOpaque("twr_", "019ab000-0000-7000-8000-000000000001");
      expect(redactSecrets(`${before}${value}${after}`)).not.toContain(value.slice(4, 40));
    }),
  );
});
