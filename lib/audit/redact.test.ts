import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import { makeOpaque } from "../tokens/opaque.ts";
import { holdsSecret, redactSecrets } from "./redact.ts";
import { pieceOf, secretSample } from "./test-secrets.ts";

test("takes opaque tokens, JWTs and secrets out of what others sent, wherever they stand", () => {
  const opaque = makeOpaque("twa_", "019ab000-0000-7000-8000-000000000001");
  const jwt = "eyJ0eXAiOiJhdCtqd3QifQ.eyJqdGkiOiIxIn0.c2lnbmF0dXJl";
  expect(redactSecrets(`/files/${opaque}/x`)).toBe("/files/twa_[redacted]/x");
  expect(redactSecrets(`curl/8 (${jwt})`)).toBe("curl/8 ([redacted JWT])");
  expect(redactSecrets("agent twc_AbCdEfGhIjKlMnOpQrStUvWx-_")).toBe("agent twc_[redacted]");
});

test("takes out JWTs with encoded dots, of five parts, and those that were cut off", () => {
  for (const text of [
    "eyJhbGciOiJFUzI1NiJ9%2EeyJqdGkiOiIxIn0%2Ec2lnbmF0dXJl",
    "eyJhbGciOiJkaXIifQ..aXZpdml2aXZpdg.Y2lwaGVydGV4dA.dGFndGFndGFndGFn",
    "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9",
  ])
    expect(redactSecrets(`a ${text} b`)).toBe("a [redacted JWT] b");
});

test("tells text that holds a secret from text that only looks odd", () => {
  for (const text of ["see eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJ", "twc_AbCdEfGhIjKlMnOpQrStUvWx"])
    expect(holdsSecret(text)).toBe(true);
  for (const text of [
    "https://eyewitness-reports.example.com",
    "two_words",
    "twc_",
    "keyJournal-of-everything-else",
  ])
    expect(holdsSecret(text)).toBe(false);
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

test("no secret of any kind passes, whatever surrounds it", () => {
  fc.assert(
    fc.property(fc.string(), secretSample, fc.string(), (before, sample, after) => {
      expect(pieceOf(sample, redactSecrets(`${before}${sample.value}${after}`))).toBeUndefined();
    }),
    { numRuns: propertyRuns(1_000) },
  );
});

test("a sample is read where nothing is taken out", () => {
  fc.assert(
    fc.property(secretSample, (sample) => {
      expect(pieceOf(sample, `x${sample.value}`)).toBeDefined();
    }),
  );
});
