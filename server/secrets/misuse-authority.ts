import { randomUUID } from "node:crypto";
import type { AuthorityRoute } from "./authority-routes.ts";
import { basic } from "./drive-authority.ts";
import { REDIRECT_URI } from "./issue-tokens.ts";
import type { SecretsRun } from "./secrets-run.ts";
import type { Registry } from "./set-up.ts";

/** Names of members and parameters that some route reads. */
const MEMBERS = [
  ...[
    "token",
    "token_type_hint",
    "client_id",
    "client_secret",
    "grant_type",
    "code",
    "redirect_uri",
    "scope",
  ],
  ...["resource", "refresh_token", "code_verifier", "access_token", "xsrf", "logout", "email", "password"],
  ...["instance", "reports", "agent", "way", "mode", "description", "events_requested", "delivery"],
  ...["status", "reason", "state", "ack", "setErrs", "maxEvents", "type", "url", "source"],
];

/** A token that is nearly right: what a slip of the hand or a cut line makes of it. */
function nearlyRight(token: string): string[] {
  return [
    token.slice(0, -3),
    `${token}x`,
    `"${token}"`,
    encodeURIComponent(`Bearer ${token}`),
    token.replaceAll(".", "%2E"),
  ];
}

/** Where a value of a route's address comes from when it is to be there. */
function givenFor(run: SecretsRun, path: string, name: string): string {
  if (path.startsWith("/signals/streams")) return run.ids["signal-stream"] ?? "";
  if (path.startsWith("/signals")) return run.ids["signal-receiver"] ?? "";
  return name === "*" ? "things" : "1";
}

/** A secret in each place that a route reads: its address, query, headers and body, by somebody who is known and by nobody. */
async function driveRouteWrongly(
  run: SecretsRun,
  { method, path }: AuthorityRoute,
  credentials: Record<string, string>[],
  bait: string,
): Promise<void> {
  const at = (value: (name: string) => string) =>
    path.replaceAll(/\{([\w*]+)\}/g, (_all, name: string) => encodeURIComponent(value(name)));
  const real = at((name) => givenFor(run, path, name));
  const slips = {
    "user-agent": `tool/${bait}`,
    referer: `https://x.example/?${bait}`,
    "x-original-uri": `/${bait}`,
  };
  const isBodied = ["POST", "PUT", "PATCH"].includes(method);
  for (const known of credentials) {
    const headers = { ...known, ...slips };
    await run.authority.ask(`${real}?${bait}=${bait}`, { method, headers });
    if (real !== path)
      await run.authority.ask(
        at(() => bait),
        { method, headers },
      );
    if (!isBodied) continue;
    const members = Object.fromEntries([...MEMBERS, bait].map((name) => [name, bait]));
    const partly = { ...members, stream_id: run.ids["signal-stream"] ?? "" };
    for (const body of [
      { json: members },
      { json: partly },
      { json: [members] },
      { form: members },
      { text: bait, headers: { ...headers, "content-type": "application/json" } },
      { text: bait, headers: { ...headers, "content-type": "application/secevent+jwt" } },
      { text: bait, headers: { ...headers, "content-type": "text/plain" } },
    ])
      await run.authority.ask(real, { method, headers, ...body });
  }
}

export async function driveEveryRouteWrongly(
  run: SecretsRun,
  registry: Registry,
  routes: readonly AuthorityRoute[],
): Promise<void> {
  const credentials: Record<string, string>[] = [
    { authorization: `Bearer ${registry.verifier}`, "x-tokenwarden-verifier": registry.verifier },
    { authorization: basic(registry.web) },
    { authorization: `Bearer ${run.bait("receiver's secret")}` },
    { authorization: `Bearer ${run.bait("scanner's secret")}` },
    {},
  ];
  // by somebody who is known with one of them, by nobody with all
  for (const route of routes)
    for (const [name, bait] of run.baits)
      await driveRouteWrongly(run, route, name === "jwt access token" ? credentials : [{}], bait);
}

export async function driveAuthorityWrongly(run: SecretsRun, registry: Registry): Promise<void> {
  const form = "application/x-www-form-urlencoded";
  for (const [name, bait] of run.baits) {
    for (const token of [bait, ...nearlyRight(bait)]) {
      const headers = { authorization: `Bearer ${registry.verifier}` };
      await run.authority.ask("/oauth/introspect", { form: { token }, headers });
      await run.authority.ask("/oauth/revoke", {
        form: { token: `${token}x` },
        headers: { authorization: basic(registry.jwt) },
      });
      await run.authority.ask("/verify", {
        headers: {
          authorization: `Bearer ${token}`,
          "x-tokenwarden-verifier": registry.verifier,
          "x-original-uri": `/things/${token}?access_token=${token}`,
          "x-original-method": "GET",
          "user-agent": `tool/${token}`,
          referer: `https://x.example/?t=${token}`,
        },
      });
      await run.authority.ask("/oauth/introspect", {
        form: { token: "x" },
        headers: { authorization: `Bearer ${token}x` },
      });
      await run.authority.ask("/events", {
        method: "POST",
        headers: { authorization: `Bearer ${registry.verifier}`, "content-type": "application/json" },
        json: {
          instance: randomUUID(),
          reports: [
            { id: token, token, at: token, outcome: token },
            {
              id: randomUUID(),
              at: new Date().toISOString(),
              token: randomUUID(),
              outcome: "allowed",
              path: `/things/${token}?access_token=${token}`,
              user_agent: token,
              audience: token,
              ip: token,
              [token]: token,
            },
          ],
        },
      });
      await run.authority.ask("/oauth/userinfo", {
        headers: { authorization: `Bearer ${token}`, "user-agent": token },
      });
    }
    const slips = {
      "user-agent": `curl/8 ${bait}`,
      referer: `https://x.example/#${bait}`,
      "x-forwarded-for": bait,
      accept: "text/html",
    };
    for (const at of [
      `/${bait}`,
      `/oauth/authorize?client_id=${bait}`,
      `/oauth/authorize?client_id=web-app&redirect_uri=${bait}&state=${bait}`,
      `/oauth/authorize?client_id=web-app&response_type=${bait}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}`,
      `/oauth/userinfo?access_token=${bait}`,
      `/interaction/${bait}`,
      `/oauth/logout?post_logout_redirect_uri=${bait}`,
      `/oauth/logout?id_token_hint=${bait}`,
      `/verify?${bait}=${bait}`,
      `/readyz?${bait}`,
      `/healthz?${bait}`,
      `/oauth/jwks?${bait}`,
      `/revocations/${bait}`,
      `/revocations?after=${bait}`,
      `/revocations/snapshot?instance=${bait}`,
      `/.well-known/${bait}`,
    ])
      await run.authority.ask(at, { headers: slips });
    for (const client of [
      { clientId: bait, secret: "wrong" },
      { clientId: "web-app", secret: bait },
      { clientId: bait, secret: "web-app" },
    ])
      for (const at of ["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"])
        await run.authority.ask(at, {
          form: { grant_type: bait, token: bait, [bait]: "1" },
          headers: { authorization: basic(client), ...slips },
        });
    await run.authority.ask("/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/json", ...slips },
      json: { [bait]: bait },
    });
    await run.authority.ask("/oauth/revoke", {
      method: "POST",
      headers: { "content-type": form, authorization: bait },
    });
    for (const at of [`/revocations?after=0&instance=${bait}`, `/revocations?after=0&${bait}=1`])
      await run.authority.ask(at, { headers: { authorization: `Bearer ${registry.verifier}`, ...slips } });
    for (const json of [{ [bait]: bait }, { instance: bait, agent: bait, way: bait, mode: bait }])
      await run.authority.ask("/revocations/acknowledgements", {
        method: "POST",
        headers: { authorization: `Bearer ${registry.verifier}`, "content-type": "application/json" },
        json,
      });
    await run.authority.token(registry.jwt, {
      grant_type: "client_credentials",
      scope: bait,
      resource: bait,
    });
    await run.authority.token(registry.web, {
      grant_type: "authorization_code",
      code: bait,
      redirect_uri: bait,
      code_verifier: bait,
    });
    await run.authority.token(registry.web, {
      grant_type: "refresh_token",
      refresh_token: `${bait}`,
      client_id: name,
    });
  }
  // a password typed where the address goes, and a token
  const cookies = new Map<string, string>();
  const query = new URLSearchParams({
    client_id: "web-app",
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  const page = await run.authority.ask(`/oauth/authorize?${query}`, {}, cookies);
  const at = page.headers.get("location") ?? "";
  for (const email of [registry.password, run.bait("jwt access token")])
    await run.authority.ask(
      at,
      {
        form: { email, password: "wrong", decision: "sign_in" },
        headers: { origin: run.authority.url, "sec-fetch-site": "same-origin" },
      },
      cookies,
    );
  const pushed = await run.authority.ask("/oauth/par", {
    form: { ...Object.fromEntries(query), state: run.secrets.get("state") as string },
    headers: { authorization: basic(registry.web) },
  });
  if (pushed.status !== 201) throw new Error(`the pushed request answered ${pushed.status}`);
}
