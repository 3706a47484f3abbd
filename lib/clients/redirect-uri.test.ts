import { expect, test } from "vitest";
import type { ClientKind } from "./model.ts";
import { redirectUriProblem } from "./redirect-uri.ts";

test.each<[ClientKind, string]>([
  ["web", "https://app.example.com/callback"],
  ["web", "https://app.example.com"],
  ["web", "https://app.example.com/cb?tenant=a"],
  ["web", "http://localhost:8080/cb"],
  ["spa", "http://127.0.0.1/cb"],
  ["native", "http://[::1]:7777/cb"],
  ["native", "com.example.app:/oauth"],
  ["native", "com.example.app://oauth/cb"],
])("%s may have %s", (kind, uri) => {
  expect(redirectUriProblem(uri, kind)).toBeNull();
});

test.each<[ClientKind, string, string]>([
  ["web", "", "visible ASCII"],
  ["web", "/callback", "absolute"],
  ["web", "app.example.com/cb", "absolute"],
  ["web", "http://app.example.com/cb", "https"],
  ["web", "http://localhost.evil.example/cb", "https"],
  ["web", "https://app.example.com/cb#x", "fragment"],
  ["web", "https://app.example.com/cb#", "fragment"],
  ["web", "https://user:pw@app.example.com/cb", "user"],
  ["web", "https://@app.example.com/cb", "user"],
  ["web", "https://*.example.com/cb", "wildcard"],
  ["web", "https://app.example.com/*", "wildcard"],
  ["web", "https://App.example.com/cb", "written as https://app.example.com/cb"],
  ["web", "https://app.example.com:443/cb", "written as https://app.example.com/cb"],
  ["web", "https://app.example.com/a/../cb", "written as https://app.example.com/cb"],
  ["web", "https://app.example.com\\cb", "backslash"],
  ["web", "https://app.example.com/c b", "visible ASCII"],
  ["web", "https://app.example.com/\u202e", "visible ASCII"],
  ["web", "com.example.app:/cb", "https"],
  ["spa", "javascript:alert(1)", "https"],
  ["native", "javascript:alert(1)", "reversed domain"],
  ["native", "data:text/html,x", "reversed domain"],
  ["native", "myapp:/cb", "reversed domain"],
  ["native", "COM.example.app:/cb", "lower case"],
  ["web", `https://app.example.com/${"x".repeat(2000)}`, "at most 2000"],
])("%s may not have %s", (kind, uri, why) => {
  expect(redirectUriProblem(uri, kind)).toContain(why);
});
