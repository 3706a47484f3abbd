import { randomBytes } from "node:crypto";
import type { SecretsRun } from "./secrets-run.ts";
import type { Registry } from "./set-up.ts";

export const REDIRECT_URI = "https://app.example.com/callback";
const SCOPE = "openid profile email offline_access things:read";

export async function issueTokens(run: SecretsRun, registry: Registry): Promise<void> {
  for (const name of ["jwt", "opaque"] as const) {
    const answer = await run.authority.token(registry[name], { grant_type: "client_credentials" });
    const { access_token } = JSON.parse(answer.text) as { access_token: string };
    run.baits.set(`${name} access token`, run.keep(`${name} access token`, access_token));
    answer.handsOut.add(`${name} access token`);
  }
  const state = run.keep("state", randomBytes(24).toString("base64url"));
  const nonce = run.keep("nonce", randomBytes(24).toString("base64url"));
  const who = {
    clientId: "web-app",
    redirectUri: REDIRECT_URI,
    email: "ana@example.com",
    password: registry.password,
    scope: SCOPE,
    state,
    nonce,
  };
  const cookies = new Map<string, string>();
  const { code, verifier } = await run.authority.signIn(who, cookies);
  run.keep("authorization code", code);
  run.keep("PKCE verifier", verifier);
  const ssoCookie = [...cookies].find(([name]) => name.endsWith("tw_session"))?.[1] ?? "";
  run.keep("SSO session cookie", ssoCookie);
  // beside the way: a wrong verifier burns nothing, the code is right afterwards
  const exchange = { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI };
  let answer = await run.authority.token(registry.web, { ...exchange, code_verifier: verifier });
  type Tokens = { access_token: string; refresh_token: string; id_token: string };
  let tokens = JSON.parse(answer.text) as Tokens;
  const handedOut = (name: string, value: string) => {
    run.keep(name, value);
    answer.handsOut.add(name).add("nonce");
  };
  handedOut("user's access token", tokens.access_token);
  handedOut("refresh token", tokens.refresh_token);
  handedOut("ID token", tokens.id_token);
  run.baits.set("refresh token", tokens.refresh_token).set("user's access token", tokens.access_token);
  const first = tokens.refresh_token;
  answer = await run.authority.token(registry.web, { grant_type: "refresh_token", refresh_token: first });
  tokens = JSON.parse(answer.text) as Tokens;
  handedOut("second access token", tokens.access_token);
  handedOut("second refresh token", tokens.refresh_token);
  handedOut("second ID token", tokens.id_token);
  await run.authority.ask("/oauth/userinfo", { headers: { authorization: `Bearer ${tokens.access_token}` } });
  await run.authority.ask(`/oauth/logout?id_token_hint=${tokens.id_token}`, {}, cookies);
  // replays: each is told to the log
  await run.authority.token(registry.web, { ...exchange, code_verifier: verifier });
  await run.authority.token(registry.web, { grant_type: "refresh_token", refresh_token: first });
  await run.authority.token(registry.web, {
    grant_type: "refresh_token",
    refresh_token: tokens.refresh_token,
  });
}
