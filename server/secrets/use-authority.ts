import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { vi } from "vitest";
import { DEVICE_GRANT } from "#lib/lifetimes/model.ts";
import { WEBHOOK_KINDS } from "#lib/notifications/model.ts";
import { CREDENTIAL_COMPROMISE } from "#lib/signals/model.ts";
import { REDIRECT_URI } from "./issue-tokens.ts";
import type { SecretsRun } from "./secrets-run.ts";
import type { Registry } from "./set-up.ts";

export type Peer = {
  origin: string;
  sign(claims: object): Promise<string>;
  /** What was sent to it as a SIEM. */
  streamed(): Buffer;
  /** What was sent to it of notifications. */
  notified(): Buffer;
  end(): Promise<void>;
};

/** Somebody else's identity provider: publishes its keys, and takes whatever is posted to it. */
export async function startPeer(): Promise<Peer> {
  const keys = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "peer-1", alg: "ES256", use: "sig" };
  const streamed: Buffer[] = [];
  const notified: Buffer[] = [];
  let origin = "";
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => {
      if (request.url === "/siem") streamed.push(chunk);
      if (request.url === "/notifications") notified.push(chunk);
    });
    if (request.method === "POST") response.writeHead(202).end();
    else if (request.url === "/.well-known/openid-configuration")
      response.setHeader("content-type", "application/json").end(
        JSON.stringify({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          jwks_uri: `${origin}/jwks`,
          id_token_signing_alg_values_supported: ["ES256"],
        }),
      );
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    sign: (claims) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "ES256", typ: "secevent+jwt", kid: "peer-1" })
        .sign(keys.privateKey),
    streamed: () => Buffer.concat(streamed),
    notified: () => Buffer.concat(notified),
    async end() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

type Made = { stream_id: string; status_lists: string[]; sets: Record<string, string> };

/** Asks, and sees that it went well. */
async function well(run: SecretsRun, path: string, ask: Parameters<SecretsRun["authority"]["ask"]>[1] = {}) {
  const answer = await run.authority.ask(path, ask);
  if (answer.status >= 400)
    throw new Error(`${answer.method} ${path} answered ${answer.status} ${answer.text}`);
  return {
    ...answer,
    json: () => JSON.parse(answer.text) as Made,
  };
}

/** A peer sends what it saw of a person; the secret is handed out when it is registered. */
async function receiveSignals(run: SecretsRun, peer: Peer): Promise<void> {
  const issuer = "https://idp.example.com";
  const audience = "https://tokenwarden.example.com";
  const { body, answer } = await run.console.make<{ receiver: { id: string }; secret: string }>(
    run.ownerToken(),
    "/api/v1/signal-receivers",
    { name: "IdP", issuer, jwksUrl: `${peer.origin}/jwks`, audience, subjectBy: "email" },
  );
  answer.handsOut.add("receiver's secret");
  const secret = run.keep("receiver's secret", body.secret);
  run.baits.set("receiver's secret", secret);
  Object.assign(run.ids, { "signal-receiver": body.receiver.id });
  const set = await peer.sign({
    iss: issuer,
    aud: audience,
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    sub_id: { format: "email", email: "ana@example.com" },
    events: { [CREDENTIAL_COMPROMISE]: { credential_type: "password" } },
  });
  run.keep("security event token", set);
  await well(run, `/signals/${body.receiver.id}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/secevent+jwt" },
    text: set,
  });
}

/** Streams of the verifier: one that is polled, and one that is pushed with a secret of its receiver's. */
async function sendSignals(run: SecretsRun, peer: Peer, bearer: { authorization: string }): Promise<void> {
  const json = (body: object, method = "POST") => ({ method, headers: bearer, json: body });
  // somebody else's secret has no shape that could be known where it is pasted by mistake: it is kept sealed, and that is all
  const secret = run.keep("authorization of the push stream", `Bearer ${randomBytes(24).toString("hex")}`);
  await well(
    run,
    "/signals/streams",
    json({
      delivery: {
        method: "urn:ietf:rfc:8935",
        endpoint_url: `${peer.origin}/events`,
        authorization_header: secret,
      },
    }),
  );
  const { stream_id: id } = (await well(run, "/signals/streams", json({}))).json();
  Object.assign(run.ids, { "signal-stream": id });
  for (const method of ["GET", "HEAD"]) {
    await well(run, `/signals/streams?stream_id=${id}`, { method, headers: bearer });
    await well(run, `/signals/status?stream_id=${id}`, { method, headers: bearer });
  }
  await well(run, "/signals/streams", json({ stream_id: id, description: "Ours" }, "PATCH"));
  await well(run, "/signals/streams", json({ stream_id: id, description: "Ours again" }, "PUT"));
  await well(run, "/signals/status", json({ stream_id: id, status: "paused" }));
  await well(run, "/signals/status", json({ stream_id: id, status: "enabled" }));
  await well(run, "/signals/verify", json({ stream_id: id, state: "here" }));
  await vi.waitFor(
    async () => {
      const { sets } = (
        await well(run, `/signals/streams/${id}/poll`, json({ returnImmediately: true }))
      ).json();
      if (Object.keys(sets).length === 0) throw new Error("nothing is there to be polled");
    },
    { timeout: 20_000, interval: 200 },
  );
  const spare = (await well(run, "/signals/streams", json({}))).json().stream_id;
  await well(run, `/signals/streams?stream_id=${spare}`, { method: "DELETE", headers: bearer });
}

/** The whole log goes to a SIEM, as it is written: what comes after this is driven with secrets where they do not belong. */
async function streamAudit(run: SecretsRun, peer: Peer): Promise<void> {
  const authorization = run.keep("authorization of the SIEM", `Bearer ${randomBytes(24).toString("hex")}`);
  const { body, answer } = await run.console.make<{ stream: { id: string }; secret: string }>(
    run.ownerToken(),
    "/api/v1/event-streams",
    { name: "SIEM", delivery: "webhook", url: `${peer.origin}/siem`, authorization },
  );
  answer.handsOut.add("key of the event stream");
  run.baits.set("key of the event stream", run.keep("key of the event stream", body.secret));
}

/** Everything that admins are told of goes outside too, and admins may come in by a provider that wants a secret. */
async function notifyOutside(run: SecretsRun, peer: Peer): Promise<void> {
  const authorization = run.keep(
    "authorization of the notifications",
    `Bearer ${randomBytes(24).toString("hex")}`,
  );
  const { body, answer } = await run.console.make<{ secret: string }>(
    run.ownerToken(),
    "/api/v1/notification-webhook",
    { version: 1, url: `${peer.origin}/notifications`, kinds: WEBHOOK_KINDS, authorization },
    { method: "PUT" },
  );
  answer.handsOut.add("key of the notifications");
  run.baits.set("key of the notifications", run.keep("key of the notifications", body.secret));
  await run.console.make(run.ownerToken(), "/api/v1/notification-webhook/test", undefined);
  const clientSecret = run.keep("secret at the sign-in provider", randomBytes(24).toString("hex"));
  await run.console.make(run.sessions.get("owner") ?? new Map(), "/api/v1/sign-in-providers", {
    name: "Company",
    issuer: peer.origin,
    clientId: "console",
    clientSecret,
  });
}

/** A scanner reports what it found, wherever it puts it; the secret is handed out when it is let in. */
async function reportLeaks(run: SecretsRun, token: string): Promise<void> {
  const { body, answer } = await run.console.make<{ scanner: { id: string }; secret: string }>(
    run.ownerToken(),
    "/api/v1/scanners",
    { name: "Scanner", action: "case" },
  );
  answer.handsOut.add("scanner's secret");
  const secret = run.keep("scanner's secret", body.secret);
  run.baits.set("scanner's secret", secret);
  await well(run, "/leak-reports", {
    headers: { authorization: `Bearer ${secret}` },
    json: [
      { token, type: `leak of ${token}`, url: `https://paste.example/${token}?t=${token}`, source: token },
      { token: secret, type: "a secret", url: `https://${secret}@paste.example/#${secret}`, source: secret },
    ],
  });
}

/** Mail leaves by a server that wants a password. */
async function setUpMail(run: SecretsRun): Promise<void> {
  const password = run.keep("mail server's password", randomBytes(24).toString("hex"));
  const server = { host: "1.1.1.1", port: 465, tls: "tls", username: "acme", password };
  const settings = { version: 1, ...server, fromAddress: "security@acme.example" };
  await run.console.make(run.ownerToken(), "/api/v1/mail-settings", settings, { method: "PUT" });
}

/** A person signs in, is asked about by the application, and signs out. */
async function signOut(run: SecretsRun, registry: Registry): Promise<void> {
  const cookies = new Map<string, string>();
  const { code, verifier } = await run.authority.signIn(
    {
      clientId: registry.web.clientId,
      redirectUri: REDIRECT_URI,
      email: "ana@example.com",
      password: registry.password,
      scope: "openid profile email",
      state: run.secrets.get("state") as string,
      nonce: run.secrets.get("nonce") as string,
    },
    cookies,
  );
  const answer = await run.authority.token(registry.web, {
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  });
  const tokens = JSON.parse(answer.text) as { access_token: string; id_token: string };
  answer.handsOut.add("third access token").add("third ID token").add("nonce");
  const authorization = `Bearer ${run.keep("third access token", tokens.access_token)}`;
  for (const method of ["GET", "HEAD"])
    await well(run, "/oauth/userinfo", { method, headers: { authorization } });
  await well(run, "/oauth/userinfo", { form: { access_token: tokens.access_token } });
  await run.authority.signOut(run.keep("third ID token", tokens.id_token), cookies);
}

/** A screen without a keyboard is let in by a person at another one. */
async function letDeviceIn(run: SecretsRun, registry: Registry): Promise<void> {
  const scope = "openid things:read";
  const asked = await well(run, "/oauth/device_authorization", {
    form: { client_id: registry.device, scope },
  });
  const { device_code, user_code } = JSON.parse(asked.text) as { device_code: string; user_code: string };
  const answer = run.transcript.answers.at(-1);
  run.keep("device code", device_code);
  answer?.handsOut.add("device code");
  const who = { email: "ana@example.com", password: registry.password };
  const last = await run.authority.letDeviceIn(user_code, who, new Map());
  if (!last.text.includes("is connected"))
    throw new Error(`no device was let in: ${last.status} ${last.text}`);
  const tokens = await run.authority.token(null, {
    grant_type: DEVICE_GRANT,
    client_id: registry.device,
    device_code,
  });
  const { access_token, id_token } = JSON.parse(tokens.text) as { access_token: string; id_token: string };
  run.keep("device's access token", access_token);
  run.keep("device's ID token", id_token);
  tokens.handsOut.add("device's access token").add("device's ID token");
}

/** What verifiers, peers and browsers do all day, at each address of the authority that the rest of the run does not use. */
export async function useAuthority(run: SecretsRun, registry: Registry, peer: Peer): Promise<void> {
  const bearer = { authorization: `Bearer ${registry.verifier}` };
  const token = run.bait("jwt access token");
  const instance = randomUUID();
  for (const path of [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/ssf-configuration",
    "/oauth/jwks",
    "/revocations/jwks",
    "/.well-known/tokenwarden-checkpoint-keys.json",
    "/healthz",
    "/readyz",
    "/oauth/logout/success",
    "/interaction/pages.css",
  ])
    for (const method of ["GET", "HEAD", "OPTIONS"])
      if (method !== "OPTIONS" || /well-known\/o|oauth\/jwks/.test(path))
        await run.authority.ask(path, {
          method,
          headers: { origin: "https://app.example.com", "access-control-request-method": "GET" },
        });
  for (const path of ["/oauth/token", "/oauth/userinfo", "/oauth/par", "/oauth/device_authorization"])
    await run.authority.ask(path, {
      method: "OPTIONS",
      headers: { origin: "https://app.example.com", "access-control-request-method": "POST" },
    });
  await well(run, "/oauth/introspect", { form: { token }, headers: bearer });
  await well(run, `/revocations?after=0&instance=${instance}`, { headers: bearer });
  await well(run, "/revocations/snapshot", { headers: bearer });
  await well(run, "/revocations/acknowledgements", {
    headers: bearer,
    json: {
      instance,
      position: 0,
      agent: "tool/1",
      way: "poll",
      mode: "strict",
      max_staleness_seconds: 60,
      accepted: 1,
      refused: 0,
      stale: 0,
      lost: 0,
    },
  });
  await well(run, "/events", {
    headers: bearer,
    json: {
      instance,
      reports: [
        {
          id: randomUUID(),
          at: new Date().toISOString(),
          token: JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).jti,
          outcome: "allowed",
          path: "/things",
        },
      ],
    },
  });
  const gateway = { authorization: `Bearer ${token}`, "x-tokenwarden-verifier": registry.verifier };
  for (const method of ["GET", "HEAD"]) await well(run, "/verify", { method, headers: gateway });
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    await well(run, "/verify/things", { method, headers: gateway });
  const { status_lists: lists } = (await well(run, "/status-lists")).json();
  for (const path of ["/status-lists", ...lists])
    for (const method of ["GET", "HEAD"]) await well(run, path, { method });
  await well(run, "/oauth/par", {
    form: {
      client_id: registry.web.clientId,
      client_secret: registry.web.secret,
      response_type: "code",
      redirect_uri: REDIRECT_URI,
      scope: "openid",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    },
  });
  await letDeviceIn(run, registry);
  await signOut(run, registry);
  await sendSignals(run, peer, bearer);
  await streamAudit(run, peer);
  await notifyOutside(run, peer);
  await receiveSignals(run, peer);
  await setUpMail(run);
  await reportLeaks(run, token);
}
