import { describe, expect, test } from "vitest";
import { requireNoForeignOrigin, requireSameOrigin } from "./origin-check.ts";

const CONSOLE = "https://tokens.example.com";

function headers(given: Record<string, string>): Headers {
  return new Headers({ host: "tokens.example.com", ...given });
}

describe("a request that carries a session", () => {
  test.each([
    { origin: CONSOLE },
    { origin: CONSOLE, "sec-fetch-site": "same-origin" },
    { origin: "https://10.0.0.7:3000", host: "10.0.0.7:3000" },
  ] as Record<string, string>[])("passes from our own page: %o", (given) => {
    expect(() => requireSameOrigin(headers(given), CONSOLE)).not.toThrow();
  });

  test.each([
    {},
    { origin: "null" },
    { origin: "" },
    { origin: "https://evil.example" },
    { origin: "https://tokens.example.com.evil.example" },
    { origin: "https://tokens.example.com:8443" },
    { origin: "http://tokens.example.com" },
    { origin: "https://tokens.example.com/" },
    { origin: "https://evil@tokens.example.com" },
    { origin: `${CONSOLE}, https://evil.example` },
    { origin: CONSOLE, "sec-fetch-site": "cross-site" },
    { origin: CONSOLE, "sec-fetch-site": "same-site" },
    { origin: CONSOLE, "sec-fetch-site": "none" },
    { origin: "http://10.0.0.7:3000", host: "10.0.0.7:3000" },
    { referer: `${CONSOLE}/clients` },
  ] as Record<string, string>[])("is refused: %o", (given) => {
    expect(() => requireSameOrigin(headers(given), CONSOLE)).toThrow(
      expect.objectContaining({ status: 403, code: "CROSS_SITE" }),
    );
  });
});

describe("a request without a session", () => {
  test("passes from a tool, which sends no Origin", () => {
    expect(() => requireNoForeignOrigin(headers({}), CONSOLE)).not.toThrow();
  });
  test.each([
    { origin: "null" },
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
  ] as Record<string, string>[])("is refused from another site's page: %o", (given) => {
    expect(() => requireNoForeignOrigin(headers(given), CONSOLE)).toThrow();
  });
});
