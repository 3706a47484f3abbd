import { expect, test } from "vitest";
import { IDENTITY_HEADERS } from "./identity-headers.ts";
import { type SetupId, setupLines } from "./setup-lines.ts";

const lines = setupLines({ name: "gateway", audience: "billing api", issuer: "https://auth.example.com" });
const textOf = (id: SetupId) => lines[id];

test("a caller's own identity headers reach no application behind nginx or Traefik: each is set from the authority's answer", () => {
  for (const header of IDENTITY_HEADERS) {
    const name = header.replaceAll("-", "_");
    expect(textOf("nginx")).toContain(`auth_request_set $${name} $upstream_http_${name};`);
    expect(textOf("nginx")).toContain(`proxy_set_header ${header} $${name};`);
    expect(textOf("traefik")).toMatch(new RegExp(`authResponseHeaders: \\[[^\\]]*${header}[,\\]]`));
  }
  expect(textOf("envoy")).toContain("allowed_upstream_headers: { patterns: [{ prefix: x-auth- }] }");
});

test("the audience is written as an address has it", () => {
  expect(textOf("nginx")).toContain("https://auth.example.com/verify?audience=billing%20api");
});
