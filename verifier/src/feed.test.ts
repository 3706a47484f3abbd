import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { VerifierError } from "./errors.ts";
import type { VerifierEvent } from "./events.ts";
import { createVerifier, type Verifier, type VerifierOptions } from "./index.ts";
import { AUDIENCE, type Peer, SECRET, startPeer } from "./test-peer.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

let peer: Peer;
let verifiers: Verifier[] = [];
let events: VerifierEvent[] = [];

beforeEach(async () => {
  peer = await startPeer();
  events = [];
});

afterEach(async () => {
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
  await peer.stop();
});

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: peer.issuer,
    audience: AUDIENCE,
    secret: SECRET,
    reports: false,
    onEvent: (event) => events.push(event),
    ...options,
  });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

/** Every verifier has its stream. */
const listening = () => expect.poll(() => peer.streams.size).toBe(verifiers.length);
const refuseFeed = () => {
  peer.override = (request) => {
    if (request.url?.startsWith("/revocations") !== true) return false;
    request.destroy();
    return true;
  };
};

type Changes = Record<string, unknown>;
const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    ({ isStale }) => (isStale ? "good, stale" : "good"),
    (error: VerifierError) => error.code,
  );
const told = (type: VerifierEvent["type"]) => events.filter((event) => event.type === type).length;
const revoke = (kind: string, id: string) => ({ verb: "revoke", target: { kind, id } });

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

test("batches that come twice or late change nothing and make nothing fresh", async () => {
  const verifier = await open({ maxStalenessSeconds: 1 });
  await listening();
  const heartbeat = await peer.batch(0);
  await peer.place(revoke("token", randomUUID()));
  await expect.poll(() => verifier.state.position).toBe(1);
  const again = await peer.batch(0);
  await peer.broadcast(again);
  await expect.poll(() => told("replayed")).toBeGreaterThan(0);
  expect(verifier.state.facts).toBe(1);
  peer.isQuiet = true;
  peer.override = (_, response, url) => {
    if (url.pathname !== "/revocations") return false;
    // whoever stands between us repeats what it has heard
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(
      () => response.write(`event: batch\ndata: ${heartbeat}\n\nevent: batch\ndata: ${again}\n\n`),
      50,
    );
    response.on("close", () => clearInterval(timer));
    return true;
  };
  peer.cut();
  await expect.poll(() => verifier.state.isStale).toBe(true);
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
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

test("a fact that this version does not understand is not passed over: the feed stays where it is, and grows stale", async () => {
  const verifier = await open({ maxStalenessSeconds: 1 });
  await listening();
  await peer.place({ verb: "banish", target: { kind: "token", id: "x" } });
  await expect.poll(() => verifier.state.isStale).toBe(true);
  expect(verifier.state.position).toBe(0);
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
});

test("strict refuses and lenient marks when the authority is silent for longer than the bound; both recover by themselves", async () => {
  peer.statement.mode = "lenient";
  const strict = await open({ mode: "strict", maxStalenessSeconds: 1 });
  const lenient = await open({ mode: "lenient", maxStalenessSeconds: 1 });
  const token = await peer.token();
  await expect.poll(() => codeOf(lenient, token)).toBe("good");
  await listening();
  refuseFeed();
  peer.cut();
  await expect.poll(() => strict.state.isStale && lenient.state.isStale).toBe(true);
  expect(await codeOf(strict, token)).toBe("stale");
  expect(await codeOf(lenient, token)).toBe("good, stale");
  await expect.poll(() => told("stale")).toBe(2);
  peer.override = () => false;
  await expect.poll(() => codeOf(strict, token)).toBe("good");
  await expect.poll(() => codeOf(lenient, token)).toBe("good");
});

test("what was known as revoked is refused as revoked while stale, not as stale", async () => {
  const verifier = await open({ maxStalenessSeconds: 1 });
  const jti = randomUUID();
  await peer.place(revoke("token", jti));
  await expect.poll(() => verifier.state.position).toBe(1);
  await listening();
  refuseFeed();
  peer.cut();
  await expect.poll(() => verifier.state.isStale).toBe(true);
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
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

test("before it is known what the console says, nothing is good: its bound may be the shorter one", async () => {
  let isHeld = true;
  peer.override = (_, response, url) => {
    if (url.pathname !== "/revocations" || !isHeld) return false;
    peer.json(response, 503, {});
    return true;
  };
  const verifier = createVerifier({
    issuer: peer.issuer,
    audience: AUDIENCE,
    secret: SECRET,
    reports: false,
    maxStalenessSeconds: 2,
    onEvent: (event) => events.push(event),
  });
  verifiers.push(verifier);
  await expect.poll(() => told("snapshot_loaded")).toBe(1);
  await expect(verifier.ready({ timeoutSeconds: 0.2 })).rejects.toMatchObject({ code: "not_ready" });
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
  isHeld = false;
  await verifier.ready();
  await expect.poll(async () => codeOf(verifier, await peer.token())).toBe("good");
});

test("an authority that knows less than was known is believed again only when it is as far, and nothing revoked comes back", async () => {
  const verifier = await open();
  const jti = randomUUID();
  await peer.place(revoke("token", jti), revoke("token", randomUUID()));
  await expect.poll(() => verifier.state.position).toBe(2);
  await listening();
  // an older dump
  const lost = peer.facts.splice(0);
  peer.cut();
  await expect.poll(() => told("went_back")).toBeGreaterThan(0);
  expect(await codeOf(verifier, await peer.token())).toBe("stale");
  peer.facts.push(
    { position: 1, order: randomUUID(), ...revoke("token", randomUUID()) },
    { position: 2, order: randomUUID(), ...revoke("token", randomUUID()) },
  );
  await expect.poll(async () => codeOf(verifier, await peer.token())).toBe("good");
  expect(lost).toHaveLength(2);
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
});

test("a restored database that went on past the verifier's position while it was away is noticed: a new snapshot is taken, and nothing revoked comes back", async () => {
  const verifier = await open();
  const [lost, before] = [randomUUID(), randomUUID()];
  await peer.place(revoke("token", before), revoke("token", lost));
  await expect.poll(() => verifier.state.position).toBe(2);
  await listening();
  const kept = peer.facts.slice(0, 1);
  refuseFeed();
  peer.cut();
  const [instead, after] = [randomUUID(), randomUUID()];
  const facts = [revoke("token", instead), revoke("token", after)].map((fact, index) => ({
    order: randomUUID(),
    ...fact,
    position: index + 2,
  }));
  peer.facts.splice(0, 2, ...kept, ...facts);
  peer.override = () => false;
  await expect.poll(() => verifier.state.position).toBe(3);
  expect(told("went_back")).toBeGreaterThan(0);
  expect(told("snapshot_loaded")).toBe(2);
  for (const jti of [before, lost, instead, after])
    expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
  expect(await codeOf(verifier, await peer.token())).toBe("good");
  await expect.poll(() => peer.seen.acknowledgements.at(-1)?.mark).toBe(facts[1]?.order);
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

test("where streams do not come through, polls take their place", async () => {
  peer.override = (request, response, url) => {
    if (url.pathname !== "/revocations" || request.headers.accept !== "text/event-stream") return false;
    // a proxy that holds back what has no end
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    return true;
  };
  const verifier = await open({ maxStalenessSeconds: 2 });
  await expect.poll(() => verifier.state.way, { timeout: 15_000 }).toBe("poll");
  const jti = randomUUID();
  await peer.place(revoke("token", jti));
  await expect.poll(async () => codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
  await expect.poll(() => peer.seen.acknowledgements.at(-1)).toMatchObject({ way: "poll", position: 1 });
});

test("a verifier that is too far behind takes a snapshot (410)", async () => {
  const verifier = await open();
  await listening();
  let isTooFar = true;
  peer.override = (_, response, url) => {
    if (url.pathname !== "/revocations" || !isTooFar) return false;
    isTooFar = false;
    peer.json(response, 410, { error: "snapshot_required" });
    return true;
  };
  const jti = randomUUID();
  peer.facts.push({ position: 1, order: randomUUID(), ...revoke("token", jti) });
  peer.cut();
  await expect.poll(() => told("snapshot_loaded")).toBe(2);
  expect(await codeOf(verifier, await peer.token({ jti }))).toBe("revoked");
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
test("close takes two seconds at most, whatever hangs", { retry: 2 }, async () => {
  const jwks = await open({ keysMaxAgeSeconds: 10, reports: {} });
  await jwks.verify(await peer.token());
  peer.override = () => true;
  const startedAt = performance.now();
  await jwks.close();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(told("reports_lost")).toBe(1);
  const begun = createVerifier({ issuer: peer.issuer, audience: AUDIENCE, secret: SECRET });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const closedAt = performance.now();
  await begun.close();
  expect(performance.now() - closedAt).toBeLessThan(2_000);
});

test("a closed verifier judges nothing and leaves no connection", async () => {
  const verifier = await open();
  await verifier.close();
  await expect.poll(() => peer.streams.size).toBe(0);
  expect(await codeOf(verifier, await peer.token())).toBe("closed");
});

test("a clock that is too far behind from the start is the reason that ready() gives, and is told", async () => {
  const late = vi
    .spyOn(Date, "now")
    .mockImplementation(() => performance.timeOrigin + performance.now() - 45_000);
  try {
    const verifier = createVerifier({
      issuer: peer.issuer,
      audience: AUDIENCE,
      secret: SECRET,
      reports: false,
      onEvent: (event) => events.push(event),
    });
    verifiers.push(verifier);
    await expect.poll(() => told("clock_behind")).toBe(1);
    await expect(verifier.ready({ timeoutSeconds: 0.2 })).rejects.toMatchObject({
      code: "not_ready",
      message: expect.stringContaining("clock is too far behind"),
    });
    expect(verifier.state.isReady).toBe(false);
  } finally {
    late.mockRestore();
  }
});
