import { randomUUID } from "node:crypto";
import { inflateSync } from "node:zlib";
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openAuthority } from "./authority.ts";
import type { VerifierError } from "./errors.ts";
import { createVerifier, type Verifier, type VerifierOptions } from "./index.ts";
import { openKeySet } from "./key-set.ts";
import { parseOptions } from "./options.ts";
import { StatusLists, statusAt } from "./status-lists.ts";
import { AUDIENCE, type Peer, SECRET, startPeer } from "./test-peer.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

let peer: Peer;
let verifiers: Verifier[] = [];

beforeEach(async () => {
  peer = await startPeer();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
  await peer.stop();
});

async function open(options: Partial<VerifierOptions>): Promise<Verifier> {
  const verifier = createVerifier({ issuer: peer.issuer, audience: AUDIENCE, reports: false, ...options });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    ({ isStale }) => (isStale ? "good, stale" : "good"),
    (error: VerifierError) => error.code,
  );
const listed = (idx: number, uri = `${peer.issuer}/status-lists/1`) =>
  peer.token({ status: { status_list: { idx, uri } } });

/** Serves a list, with its ETag, and counts how it was asked for. */
function serve(make: () => Promise<string> | string) {
  const asked = { whole: 0, unchanged: 0 };
  peer.override = (request, response, url) => {
    if (url.pathname !== "/status-lists/1") return false;
    return Promise.resolve(make()).then((jwt) => {
      const etag = `"${peer.hash(jwt)}"`;
      if (request.headers["if-none-match"] === etag) {
        asked.unchanged += 1;
        response.writeHead(304, { etag }).end();
      } else {
        asked.whole += 1;
        response.writeHead(200, { "content-type": "application/statuslist+jwt", etag }).end(jwt);
      }
      return true;
    });
  };
  return asked;
}

test("reads a list of one bit as the draft has it (draft-ietf-oauth-status-list-21 section 4.1)", () => {
  const bytes = inflateSync(Buffer.from("eNrbuRgAAhcBXQ", "base64url"));
  const bits = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
  expect(bits.map((_, index) => statusAt(bytes, 1, index))).toEqual(
    bits.map((bit) => (bit === 0 ? "valid" : "invalid")),
  );
  expect(statusAt(bytes, 1, 16)).toBeNull();
});

test("reads a list of two bits as the draft has it; what is not known is not valid", () => {
  const bytes = inflateSync(Buffer.from("eNo76fITAAPfAgc", "base64url"));
  const values = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3];
  const words = ["valid", "invalid", "suspended", "invalid"];
  expect(values.map((_, index) => statusAt(bytes, 2, index))).toEqual(values.map((value) => words[value]));
});

test("by the status list: valid, revoked, suspended, and one fetch for all", async () => {
  const list = await peer.statusList({ 1: 1, 2: 2 });
  const asked = serve(() => list);
  const verifier = await open({ revocation: "status-list" });
  expect(await codeOf(verifier, await listed(0))).toBe("good");
  expect(await codeOf(verifier, await listed(1))).toBe("revoked");
  expect(await codeOf(verifier, await listed(2))).toBe("suspended");
  expect(asked.whole).toBe(1);
  expect(verifier.state).toMatchObject({ way: "status_list", isStale: false });
});

test("an index beyond the list, or no list named, is not accepted", async () => {
  const list = await peer.statusList({});
  serve(() => list);
  const verifier = await open({ revocation: "status-list" });
  expect(await codeOf(verifier, await listed(100_000))).toBe("stale");
  expect(await codeOf(verifier, await peer.token())).toBe("status_missing");
  expect(await codeOf(verifier, await peer.token({ status: { status_list: { idx: -1, uri: "x" } } }))).toBe(
    "status_missing",
  );
});

test("a list that lies elsewhere is not asked for", async () => {
  const verifier = await open({ revocation: "status-list" });
  expect(await codeOf(verifier, await listed(0, "http://127.0.0.1:1/status-lists/1"))).toBe("stale");
});

test.each<[string, () => Promise<string>]>([
  ["of another list", () => peer.statusList({}, {}, "/status-lists/2")],
  ["of another issuer", () => peer.statusList({}, { iss: "https://evil.example" })],
  ["that has expired", () => peer.statusList({}, { exp: Math.floor(Date.now() / 1_000) - 60 })],
  [
    "that is an access token",
    () => peer.token({ sub: `${peer.issuer}/status-lists/1`, status_list: { bits: 2, lst: "eNpjAAAAAQAB" } }),
  ],
  ["without bits", () => peer.statusList({}, { status_list: { lst: "eNpjAAAAAQAB" } })],
  ["that does not unzip", () => peer.statusList({}, { status_list: { bits: 2, lst: "AAAA" } })],
])("a list %s is not believed", async (_, make) => {
  serve(make);
  const verifier = await open({ revocation: "status-list" });
  expect(await codeOf(verifier, await listed(0))).toBe("stale");
});

test("a list is fetched again when its time to live is over; unchanged it costs no transfer, changed it is seen", async () => {
  let list = await peer.statusList({}, { ttl: 1 });
  const asked = serve(() => list);
  const verifier = await open({ revocation: "status-list" });
  const token = await listed(5);
  expect(await codeOf(verifier, token)).toBe("good");
  await expect.poll(async () => (await codeOf(verifier, token)) === "good" && asked.unchanged > 0).toBe(true);
  list = await peer.statusList({ 5: 1 }, { ttl: 1 });
  await expect.poll(() => codeOf(verifier, token)).toBe("revoked");
});

/** Lets so many seconds pass by this machine's clock. */
function pass(seconds: number): void {
  vi.spyOn(Date, "now").mockImplementation(
    () => performance.timeOrigin + performance.now() + seconds * 1_000,
  );
}

/** Serves a list until it is cut off; returns how, and how often the list was asked for in vain since. */
function serveUntilCut(list: string) {
  let isCut = false;
  let inVain = 0;
  peer.override = (request, response, url) => {
    if (url.pathname !== "/status-lists/1") return false;
    if (isCut) {
      inVain += 1;
      request.destroy();
    } else response.writeHead(200).end(list);
    return true;
  };
  return {
    cut: () => {
      isCut = true;
    },
    askedInVain: () => inVain,
  };
}

test("a list that cannot be had again counts until the bound; then strict refuses and lenient marks", async () => {
  const { cut, askedInVain } = serveUntilCut(await peer.statusList({}, { ttl: 1 }));
  const strict = await open({ revocation: "status-list", maxStalenessSeconds: 60 });
  const lenient = await open({ revocation: "status-list", maxStalenessSeconds: 60, mode: "lenient" });
  const token = await listed(0);
  const codes = () => Promise.all([codeOf(strict, token), codeOf(lenient, token)]);
  expect(await codes()).toEqual(["good", "good"]);
  cut();
  await expect
    .poll(async () => {
      expect(await codes()).toEqual(["good", "good"]);
      return askedInVain();
    })
    .toBeGreaterThan(1);
  pass(61);
  expect(await codes()).toEqual(["stale", "good, stale"]);
});

// a machine that is busy for a second at once makes it older: it has to hold once
test("a bound that is shorter than the list's time to live is kept by asking more often: what is known is never as old", {
  retry: 2,
}, async () => {
  // as the authority signs them, ten times as fast
  let changed: Record<number, number> = {};
  const signed = () => Math.floor(Date.now() / 500) / 2;
  const asked = serve(() => peer.statusList(changed, { iat: signed(), exp: signed() + 12, ttl: 6 }));
  const closing = new AbortController();
  const settings = parseOptions({ issuer: peer.issuer, audience: AUDIENCE });
  const authority = openAuthority(settings, closing.signal);
  const tell = () => undefined;
  const keys = openKeySet({ authority, name: "keys", settings, tell, closing: closing.signal });
  const boundMs = 3_000;
  const lists = new StatusLists({ authority, keys, settings, tell, maxStalenessMs: () => boundMs });
  const find = () => lists.find(`${peer.issuer}/status-lists/1`, 3);
  const until = performance.now() + 6_000;
  let oldest = 0;
  while (performance.now() < until) {
    const found = await find();
    oldest = Math.max(oldest, found?.ageMs ?? Number.POSITIVE_INFINITY);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(oldest).toBeLessThan(boundMs);
  expect(asked.whole + asked.unchanged).toBeLessThan(10);
  changed = { 3: 1 };
  await expect.poll(async () => (await find())?.status).toBe("invalid");
  closing.abort();
});

test("a list's expiry is not stretched by the tolerance for tokens; what is stated is no longer than what is believed", async () => {
  const now = Math.floor(Date.now() / 1_000);
  const { cut } = serveUntilCut(await peer.statusList({}, { iat: now, exp: now + 60, ttl: 1 }));
  const options = {
    revocation: "status-list",
    clockToleranceSeconds: 120,
    maxStalenessSeconds: 3_600,
  } as const;
  const verifier = await open({ ...options, secret: SECRET });
  const token = await listed(0);
  expect(await codeOf(verifier, token)).toBe("good");
  cut();
  pass(61);
  expect(await codeOf(verifier, token)).toBe("stale");
  await verifier.close();
  expect(peer.seen.acknowledgements.at(-1)).toMatchObject({ way: "status_list", max_staleness_seconds: 60 });
});

test("the algorithms of tokens are none of the list's", async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "r1", alg: "RS256", use: "sig" };
  const list = await peer.statusList({});
  peer.override = async (_, response, url) => {
    if (url.pathname === "/oauth/jwks") peer.json(response, 200, { keys: [jwk, peer.tokenKey.jwk] });
    else if (url.pathname === "/status-lists/1") response.writeHead(200).end(list);
    else return false;
    return true;
  };
  const verifier = await open({ revocation: "status-list", algorithms: ["RS256"] });
  const claims = decodeJwt(await listed(0));
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: "r1" })
    .sign(privateKey);
  expect(await codeOf(verifier, token)).toBe("good");
  expect(await codeOf(verifier, await listed(0))).toBe("wrong_key");
});

const OPAQUE = `twa_${"0".repeat(71)}`;

function introspect(
  answer: (token: string) => Record<string, unknown> | number | Promise<Record<string, unknown> | number>,
) {
  const asked: { token: string | null; headers: Record<string, unknown> }[] = [];
  peer.override = async (request, response, url) => {
    if (url.pathname !== "/oauth/introspect") return false;
    const form = new URLSearchParams(await peer.readBody(request));
    asked.push({ token: form.get("token"), headers: request.headers });
    const said = await answer(form.get("token") ?? "");
    if (typeof said === "number") peer.json(response, said, {});
    else peer.json(response, 200, said);
    return true;
  };
  return asked;
}

const active = () => ({
  active: true,
  iss: peer.issuer,
  sub: "push-gateway",
  client_id: "push-gateway",
  scope: "invoices:read",
  aud: AUDIENCE,
  jti: randomUUID(),
  iat: Math.floor(Date.now() / 1_000),
  exp: Math.floor(Date.now() / 1_000) + 60,
});

test("opaque tokens are asked about under the feed too, with where they were presented", async () => {
  const asked = introspect(active);
  const verifier = await open({ secret: SECRET });
  await expect(
    verifier.verify(OPAQUE, { method: "get", path: "/invoices?x=1", ip: "203.0.113.7", userAgent: "curl/8" }),
  ).resolves.toMatchObject({ format: "opaque", clientId: "push-gateway", permissions: ["invoices:read"] });
  expect(asked[0]).toMatchObject({
    token: OPAQUE,
    headers: {
      authorization: `Bearer ${SECRET}`,
      "x-original-method": "GET",
      "x-original-uri": "/invoices",
      "x-forwarded-for": "203.0.113.7",
      "user-agent": "curl/8",
    },
  });
});

test("what a caller puts into a request's method, path, address or agent stops no introspection", async () => {
  const asked = introspect(active);
  const verifier = await open({ secret: SECRET });
  const use = {
    method: "GET\r\nx: y",
    path: "/\ud800ü\n%20",
    ip: "1.2.3.4\r\nx: y",
    userAgent: "a\r\nx: yü",
  };
  await expect(verifier.verify(OPAQUE, use)).resolves.toBeDefined();
  expect(asked[0]?.headers).toMatchObject({
    "x-original-uri": "/%EF%BF%BD%C3%BC%20",
    "user-agent": "ax: y?",
  });
  expect(asked[0]?.headers).not.toHaveProperty("x-original-method");
  expect(asked[0]?.headers).not.toHaveProperty("x-forwarded-for");
  expect(asked[0]?.headers).not.toHaveProperty("x");
});

test("an inactive token is refused, and one for another audience, whatever the authority says", async () => {
  introspect(() => ({ active: false }));
  const verifier = await open({ secret: SECRET, revocation: "introspection" });
  expect(await codeOf(verifier, OPAQUE)).toBe("inactive");
  expect(await codeOf(verifier, await peer.token())).toBe("inactive");
  introspect(() => ({ ...active(), aud: ["ledger"] }));
  expect(await codeOf(verifier, OPAQUE)).toBe("audience");
});

test("a JWT that is not good by itself is not asked about", async () => {
  const asked = introspect(active);
  const verifier = await open({ secret: SECRET, revocation: "introspection" });
  expect(await codeOf(verifier, await peer.token({ exp: 1 }))).toBe("expired");
  expect(await codeOf(verifier, await peer.token({ aud: "ledger" }))).toBe("audience");
  expect(asked).toHaveLength(0);
  expect(await codeOf(verifier, await peer.token())).toBe("good");
  expect(asked).toHaveLength(1);
});

test("nothing is remembered: an answer that changes is seen with the next request", async () => {
  let isActive = true;
  introspect(() => (isActive ? active() : { active: false }));
  const verifier = await open({ secret: SECRET, revocation: "introspection" });
  expect(await codeOf(verifier, OPAQUE)).toBe("good");
  isActive = false;
  expect(await codeOf(verifier, OPAQUE)).toBe("inactive");
});

test.each([401, 429, 500, 503])("an answer of %i is no word about the token: 503", async (status) => {
  introspect(() => status);
  const verifier = await open({ secret: SECRET, revocation: "introspection" });
  await expect(verifier.verify(OPAQUE)).rejects.toMatchObject({ code: "unavailable", status: 503 });
});

test("so many are asked about at once, so many wait, the rest is refused at once; none hangs for longer than the bound", async () => {
  let underWay = 0;
  let most = 0;
  introspect(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 20));
    underWay -= 1;
    return active();
  });
  const verifier = await open({
    secret: SECRET,
    revocation: "introspection",
    introspectionConcurrency: 2,
    timeoutMs: 10_000,
  });
  const codes = await Promise.all(Array.from({ length: 60 }, () => codeOf(verifier, OPAQUE)));
  expect(most).toBeLessThanOrEqual(2);
  expect(codes.filter((code) => code === "good")).toHaveLength(42);
  expect(codes.filter((code) => code === "unavailable")).toHaveLength(18);
  introspect(() => new Promise(() => undefined));
  const startedAt = performance.now();
  const hanging = await open({ secret: SECRET, revocation: "introspection", timeoutMs: 300 });
  expect(await codeOf(hanging, OPAQUE)).toBe("unavailable");
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});
