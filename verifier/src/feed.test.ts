import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createVerifier } from "./index.ts";
import { AUDIENCE, SECRET, startPeer } from "./test-peer.ts";
import { codeOf, events, listening, open, peer, revoke, told } from "./test-verifiers.ts";

type Changes = Record<string, unknown>;

test("a token that the feed revokes is refused as soon as the fact is here, and the authority hears that it is", async () => {
  const verifier = await open();
  const jti = randomUUID();
  const token = await peer.token({ jti });
  expect(await codeOf(verifier, token)).toBe("good");
  await peer.place({ ...revoke("token", jti), expires: Math.floor(Date.now() / 1_000) + 300 });
  await expect.poll(() => codeOf(verifier, token)).toBe("revoked");
  expect(await codeOf(verifier, await peer.token())).toBe("good");
  await expect
    .poll(() => peer.seen.acknowledgements.at(-1))
    .toMatchObject({ position: 1, way: "feed", mode: "strict", agent: "@tokenwarden/verifier/0.1.0" });
});

test("the authority hears which keys are held; one that does not know the word hears the rest", async () => {
  await open();
  await expect.poll(() => peer.seen.acknowledgements.at(-1)?.kids).toEqual(expect.arrayContaining(["t1"]));
  const refused: unknown[] = [];
  peer.override = (request, response, url) => {
    if (url.pathname !== "/revocations/acknowledgements") return false;
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const said = JSON.parse(body) as Record<string, unknown>;
      const isNew = "kids" in said;
      if (isNew) refused.push(said.instance);
      else peer.seen.acknowledgements.push(said);
      response.writeHead(isNew ? 400 : 204).end();
    });
    return true;
  };
  const later = await open();
  const told = () => peer.seen.acknowledgements.filter((one) => one.instance === later.state.instance);
  await expect.poll(() => told().length).toBeGreaterThan(0);
  await peer.place({ ...revoke("token", randomUUID()), expires: Math.floor(Date.now() / 1_000) + 300 });
  await expect.poll(() => told().at(-1)?.position).toBe(1);
  expect(refused.filter((instance) => instance === later.state.instance)).toHaveLength(1);
});

test("where a signing key is taken back, the key set is fetched anew: another one signs, which no cache has", async () => {
  const verifier = await open();
  const fetched = () => peer.seen.requests.filter((one) => one === "GET /oauth/jwks").length;
  const before = fetched();
  await peer.place(revoke("user", "u9"));
  await expect.poll(() => verifier.state.position).toBe(1);
  await peer.place(revoke("signing_key", "t0"));
  await expect.poll(() => verifier.state.position).toBe(2);
  await expect.poll(fetched).toBe(before + 1);
});

test("a newcomer has everything from the snapshot: bare ids, orders and disabled clients", async () => {
  const [jti, family] = [randomUUID(), randomUUID()];
  const expires = Math.floor(Date.now() / 1_000) + 300;
  peer.revokedInSnapshot.token.push([jti, expires]);
  peer.revokedInSnapshot.family.push([family, expires]);
  peer.facts.push({
    position: 1,
    order: randomUUID(),
    verb: "revoke",
    target: { kind: "user", id: "u1" },
    cutoff: Date.now(),
  });
  peer.disabled.push("old-client");
  const verifier = await open();
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
  expect(await codeOf(verifier, await peer.token({ family }))).toBe("revoked");
  expect(await codeOf(verifier, await peer.token({ sub: "u1", rooted_at: 1 }))).toBe("revoked");
  expect(await codeOf(verifier, await peer.token({ client_id: "old-client" }))).toBe("client_disabled");
  expect(await codeOf(verifier, await peer.token({ sub: "u2" }))).toBe("good");
  expect(verifier.state).toMatchObject({ position: 1, isStale: false, way: "feed" });
});

test("a snapshot without its end, or without one of its parts, is none", async () => {
  peer.override = (_, response, url) => {
    if (
      url.pathname !== "/revocations/snapshot" ||
      peer.seen.requests.filter((one) => one.endsWith("/snapshot")).length > 2
    )
      return false;
    const isFirst = peer.seen.requests.filter((one) => one.endsWith("/snapshot")).length === 1;
    void peer
      .sign(
        {
          iss: peer.issuer,
          aud: "tokenwarden-feed",
          at: Date.now(),
          snapshot: "s",
          part: isFirst ? 0 : 1,
          position: 0,
          revoked: {},
          facts: [],
          ...(isFirst ? {} : { last: true }),
        },
        "tokenwarden-feed+jwt",
        peer.feedKey,
      )
      .then((line) => response.writeHead(200).end(`${line}\n`));
    return true;
  };
  const verifier = await open();
  expect(events.filter((event) => event.type === "disconnected").map(({ error }) => error.message)).toEqual([
    "the snapshot has no end",
    "part 0 of the snapshot is missing",
  ]);
  expect(verifier.state.isReady).toBe(true);
});

test("what lies beyond a gap is not applied; the verifier resumes from its own position and has it all", async () => {
  const verifier = await open();
  await listening();
  const [first, second] = [randomUUID(), randomUUID()];
  peer.facts.push({ position: 1, order: randomUUID(), ...revoke("token", first) });
  peer.facts.push({ position: 2, order: randomUUID(), ...revoke("token", second) });
  const connections = told("connected");
  // the first fact never comes: the batch begins after it
  await peer.broadcast(await peer.batch(1));
  await expect.poll(() => told("gap")).toBeGreaterThan(0);
  await expect.poll(() => verifier.state.position).toBe(2);
  expect(told("connected")).toBeGreaterThan(connections);
  expect(await codeOf(verifier, await peer.token({ jti: first }))).toBe("revoked");
  expect(await codeOf(verifier, await peer.token({ jti: second }))).toBe("revoked");
});

test.each([
  ["by another key", (news: Changes) => peer.batch(0, news, peer.strangeKey)],
  ["of another issuer", (news: Changes) => peer.batch(0, { ...news, iss: "https://evil.example" })],
  ["for another audience", (news: Changes) => peer.batch(0, { ...news, aud: "billing" })],
  [
    "that are access tokens",
    () =>
      peer.token({
        aud: "tokenwarden-feed",
        after: 0,
        to: 0,
        head: 0,
        at: Date.now(),
        facts: [],
        disabled_clients: [],
      }),
  ],
  [
    "that are parts of a snapshot",
    (news: Changes) => peer.batch(0, { ...news, snapshot: "s", part: 0, position: 0 }),
  ],
])("messages %s are dropped, counted, told, and the connection is made anew", async (_, forge) => {
  const verifier = await open();
  const jti = randomUUID();
  const fact = { position: 1, order: randomUUID(), ...revoke("token", jti) };
  const forged = await forge({ to: 1, head: 1, facts: [fact] });
  await listening();
  const connections = told("connected");
  await peer.broadcast(forged);
  await expect.poll(() => verifier.state.forged).toBe(1);
  expect(told("forged")).toBe(1);
  await expect.poll(() => told("connected")).toBeGreaterThan(connections);
  expect(verifier.state.position).toBe(0);
  await peer.place(revoke("token", jti));
  await expect.poll(async () => codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
});

test("the console's bound holds where it is the smaller one, and its strict mode beats a lenient option", async () => {
  peer.statement.max_staleness_seconds = 7;
  const verifier = await open({ mode: "lenient", maxStalenessSeconds: 30 });
  await expect.poll(() => verifier.state.maxStalenessMs).toBe(7_000);
  expect(verifier.state.mode).toBe("strict");
});

test("another verifier's statement changes nothing: it is dropped as forged", async () => {
  const verifier = await open();
  await listening();
  const now = Math.floor(Date.now() / 1_000) + 1;
  const lenient = { name: "x", mode: "lenient", max_staleness_seconds: 3_600, audiences: [AUDIENCE] };
  const foreign = await peer.sign(
    { iss: peer.issuer, aud: "v2", iat: now, heartbeat_ms: 50, ...lenient },
    "tokenwarden-verifier+jwt",
    peer.feedKey,
  );
  for (const stream of peer.streams) stream.write(`event: verifier\ndata: ${foreign}\n\n`);
  await expect.poll(() => verifier.state.forged).toBe(1);
  expect(verifier.state).toMatchObject({ mode: "strict", maxStalenessMs: 60_000 });
  await listening();
  expect(await codeOf(verifier, await peer.token())).toBe("good");
});

test("an authority of the version before tells no marks, is told none, and is followed", async () => {
  const before = await startPeer({ marks: false });
  const verifier = createVerifier({
    issuer: before.issuer,
    audience: AUDIENCE,
    secret: SECRET,
    reports: false,
    onEvent: (event) => events.push(event),
  });
  try {
    await verifier.ready();
    await before.place(revoke("token", randomUUID()));
    await expect.poll(() => verifier.state.position).toBe(1);
    await expect.poll(() => before.seen.acknowledgements.at(-1)?.position).toBe(1);
    const asked: string[] = [];
    before.override = (request) => {
      asked.push(request.url ?? "");
      return false;
    };
    before.cut();
    await expect.poll(() => asked.filter((one) => one.startsWith("/revocations?")).length).toBeGreaterThan(0);
    expect(asked.filter((one) => one.includes("mark"))).toEqual([]);
    expect(before.seen.acknowledgements.filter((one) => "mark" in one)).toEqual([]);
    expect(verifier.state.isStale).toBe(false);
  } finally {
    await verifier.close();
    await before.stop();
  }
});

test("orders to come begin by themselves, suspensions end by themselves or by a restore", async () => {
  const verifier = await open();
  const soon = Date.now() + 400;
  const [later, short, held] = [randomUUID(), randomUUID(), randomUUID()];
  await peer.place(
    { ...revoke("token", later), from: soon },
    { verb: "suspend", target: { kind: "token", id: short }, until: soon },
    { verb: "suspend", target: { kind: "token", id: held } },
  );
  const [a, b, c] = await Promise.all([later, short, held].map((jti) => peer.token({ jti })));
  await expect.poll(() => verifier.state.position).toBe(3);
  const codes = () => Promise.all([a, b, c].map((token) => codeOf(verifier, token as string)));
  const before = await codes();
  // where the machine gave us that much time
  if (Date.now() < soon) expect(before).toEqual(["good", "suspended", "suspended"]);
  await expect.poll(codes).toEqual(["revoked", "good", "suspended"]);
  await peer.place({ verb: "restore", target: { kind: "token", id: held } });
  await expect.poll(codes).toEqual(["revoked", "good", "good"]);
});

test("tells the audience that the console does not have for it, and a version that is too old", async () => {
  Object.assign(peer.statement, { audiences: ["ledger"], agent_minimum: "0.2.0" });
  await open();
  await expect.poll(() => [told("audience_unregistered"), told("outdated")]).toEqual([1, 1]);
});

// on a busy machine it may be more: it has to hold once
