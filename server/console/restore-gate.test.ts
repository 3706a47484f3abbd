import { expect, test } from "vitest";
import { isOpenWhileRestored } from "./restore-gate.ts";

test.each([
  "/restored",
  "/restored?x=1",
  "/sign-in?next=%2Frestored",
  "/api/health",
  "/api/auth/csrf",
  "/api/auth/callback/credentials",
  "/api/auth/callback/passkey",
  "/api/auth/signin/019b0000-0000-7000-8000-000000000000",
  "/api/auth/callback/019b0000-0000-7000-8000-000000000000?code=c&state=s",
  "/api/v1/sign-in/passkey",
  "/api/v1/sign-in/enrolment",
  "/api/v1/restore",
  "/api/v1/restore/confirm",
  "/api/v1/me/step-up",
  "/api/v1/me/step-up/options",
  "/step-up?refused=PROVIDER_FAILED",
  "/_next/static/chunks/1a-b_c.js",
])("%s is answered while a restore waits to be confirmed", (url) => {
  expect(isOpenWhileRestored(url)).toBe(true);
});

test.each([
  "/",
  "/tokens",
  "/tokens?_rsc=1",
  "/setup",
  "/restored/x",
  "/api/v1/tokens",
  "/api/v1/restore/confirm/x",
  "/api/v1/restorex",
  "/api/v1/me/step-up/x",
  "/api/v1/me/sessions",
  "/api/v1/sign-in/passkey/x",
  "/api/v1/sign-in-providers",
  "/api/auth/../v1/tokens",
  "/_next/static/../../tokens",
  "/_next/data/x.json",
  "//tokens",
  "/%74okens",
  "",
])("%j is not", (url) => {
  expect(isOpenWhileRestored(url)).toBe(false);
});
