import { describe, expect, it } from "vitest";
import { contentSecurityPolicy, formTargets } from "./security-headers.ts";

describe("the policy of a page with a form", () => {
  it("names where the client's answer goes: an origin, or a scheme of an app's own", () => {
    expect(
      formTargets(["https://app.example.com:8443/cb?x=1", "com.example.app:/cb", "http://127.0.0.1/cb"]),
    ).toEqual(["https://app.example.com:8443", "com.example.app:", "http://127.0.0.1"]);
  });

  it("cannot be given another directive by a redirect URI", () => {
    const targets = formTargets([
      "not a uri",
      "https://x.example/; script-src *",
      "https://a.example/ 'unsafe-inline'",
    ]);
    expect(targets).toEqual(["https://x.example", "https://a.example"]);
    expect(contentSecurityPolicy(targets)).toContain(
      "form-action 'self' https://x.example https://a.example;",
    );
  });
});
