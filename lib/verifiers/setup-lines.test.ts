import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { IDENTITY_HEADERS } from "./identity-headers.ts";
import { type SetupId, setupLines } from "./setup-lines.ts";

const lines = setupLines({ name: "gateway", audiences: ["billing api"], issuer: "https://auth.example.com" });
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

test("Envoy refuses what it could not ask about, and asks nobody but the issuer", () => {
  expect(textOf("envoy")).toContain("failure_mode_allow: false");
  expect(textOf("envoy")).toContain("address: auth.example.com, port_value: 443");
  expect(textOf("envoy")).toContain(
    'match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: "auth.example.com" } }]',
  );
  const of = (issuer: string) => setupLines({ name: "gateway", audiences: ["billing"], issuer }).envoy;
  expect(of("https://192.0.2.7:8443")).toContain('{ san_type: IP_ADDRESS, matcher: { exact: "192.0.2.7" } }');
  expect(of("https://[2001:db8::7]")).toContain('{ address: "2001:db8::7", port_value: 443 }');
  expect(of("http://localhost:4000")).toContain("{ address: localhost, port_value: 4000 }");
  expect(of("http://localhost:4000")).not.toContain("transport_socket");
});

test("who checks tokens itself takes them for each audience of its verifier, by the lines that are given to it", () => {
  const { npm, jwks } = setupLines({
    name: "gateway",
    audiences: ["billing", "ledger"],
    issuer: "https://auth.example.com",
  });
  for (const text of [npm, jwks]) expect(text).toContain('audience: ["billing", "ledger"]');
  expect(textOf("npm")).toContain('audience: "billing api", secret');
});

test("what a shell is given can be pasted: the secret comes from its environment, and is in no line of it", async () => {
  const of = (id: SetupId) => textOf(id).replaceAll("curl", "printf '%s|'");
  const env = {
    ...process.env,
    VERIFIER_SECRET: "twv_a b",
    TOKEN: "t$1",
    POSITION: "7",
    INSTANCE: "i",
  };
  const run = async (text: string) =>
    (await promisify(execFile)("bash", ["-eu", "-c", text], { env })).stdout;
  expect(await run(of("introspection"))).toBe(
    "-u|gateway:twv_a b|-d|token=t$1|https://auth.example.com/oauth/introspect|",
  );
  const feed = await run(of("feed").replace("$(uuidgen)", "11111111-2222"));
  expect(feed).toContain("Authorization: Bearer twv_a b|https://auth.example.com/revocations/snapshot|");
  expect(feed).toContain("https://auth.example.com/revocations?after=7&instance=11111111-2222|");
  const [body = ""] = /\{.*\}/s.exec(feed) ?? [];
  expect(JSON.parse(body)).toMatchObject({ instance: "11111111-2222", position: 7 });
});

test("no line has a place for the secret itself: a shell and gateways take it from their environment, nginx from a file", () => {
  for (const text of Object.values(lines)) expect(text).not.toMatch(/(?<!VERIFIER_)SECRET/);
  expect(textOf("nginx")).toContain("include tokenwarden-verifier.secret;");
  expect(textOf("traefik")).toContain(`X-Tokenwarden-Verifier: '{{ env "VERIFIER_SECRET" }}'`);
  expect(textOf("envoy")).toContain('value: "%ENVIRONMENT(VERIFIER_SECRET)%"');
});

test("the audience is written as an address has it", () => {
  expect(textOf("nginx")).toContain("https://auth.example.com/verify?audience=billing%20api");
});
