import { inflateSync } from "node:zlib";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "#lib/context.ts";
import { createPlan } from "#lib/order-plans/create-plan.ts";
import { planInput } from "#lib/order-plans/input.ts";
import { placePlannedOrder } from "#lib/order-plans/place-planned-order.ts";
import { restoreTarget } from "#lib/revocations/restore-target.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import {
  introspect,
  issue,
  post,
  revokeAs,
  startTestInstance,
  type TestInstance,
  verify,
} from "./test-authority.ts";
import { privateKeyOf } from "./test-forgery.ts";

let instance: TestInstance;
let one: string;
let two: string;

beforeAll(async () => {
  instance = await startTestInstance(2, { env: { GARBAGE_PER_SECOND: "50" } });
  [one, two] = instance.urls as [string, string];
});
afterAll(() => instance.stop());

const why = { reason: "policy", note: "" } as const;
const owner = (): Context => contextAs(instance.db, "owner");
const billing = () => instance.registry.verifiers.billing.secret;

type Place = { idx: number; uri: string };
function placeOf(token: string): Place {
  const { status } = decodeJwt(token) as { status: { status_list: Place } };
  return status.status_list;
}
/** The list's own path, at whichever authority. */
const at = (authority: string, uri: string) => authority + new URL(uri).pathname;

type ListClaims = {
  iss: string;
  sub: string;
  iat: number;
  exp: number;
  ttl: number;
  status_list: { bits: number; lst: string };
};

async function read(url: string): Promise<{ claims: ListClaims; header: Record<string, unknown> }> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const jwks = createLocalJWKSet(await (await fetch(`${one}/oauth/jwks`)).json());
  const jwt = await response.text();
  const { payload } = await jwtVerify(jwt, jwks, {
    issuer: instance.issuer,
    typ: "statuslist+jwt",
    algorithms: ["ES256"],
    requiredClaims: ["sub", "iat", "exp"],
  });
  return { claims: payload as unknown as ListClaims, header: decodeProtectedHeader(jwt) };
}

function statusIn(claims: ListClaims, index: number): number {
  const bytes = inflateSync(Buffer.from(claims.status_list.lst, "base64url"));
  return ((bytes[index >> 2] as number) >> ((index & 3) * 2)) & 3;
}

/** What a verifier that knows the draft alone sees of a token, at an authority. */
async function statusOf(authority: string, token: string): Promise<number> {
  const { idx, uri } = placeOf(token);
  const { claims } = await read(at(authority, uri));
  expect(claims.sub).toBe(uri);
  return statusIn(claims, idx);
}

async function order(input: object): Promise<void> {
  const ctx = owner();
  const plan = await createPlan(ctx, planInput.parse(input));
  await placePlannedOrder({ ...ctx, now: new Date() }, { planId: plan.id, ...why });
}

describe("the status of a token", () => {
  test("a JWT names its place, each another one, and the register has the same (section 6.2)", async () => {
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => issue(one, instance.registry.jwtService)),
    );
    const places = tokens.map(placeOf);
    expect(new Set(places.map((place) => place.idx)).size).toBe(20);
    expect(new Set(places.map((place) => place.uri)).size).toBe(1);
    expect(places[0]?.uri).toMatch(new RegExp(`^${instance.issuer}/status-lists/\\d+$`));
    for (const token of tokens) {
      const [row] = await instance.db.query<{ list: number; index: number }>(
        `SELECT status_list_id AS list, status_index AS index FROM token WHERE id = $1::uuid`,
        [decodeJwt(token).jti as string],
      );
      expect(placeOf(token)).toEqual({
        idx: row?.index,
        uri: `${instance.issuer}/status-lists/${row?.list}`,
      });
    }
  });

  test("an opaque token has none, and introspection says nothing of it", async () => {
    const opaque = await issue(one, instance.registry.opaqueService);
    const jwt = await issue(one, instance.registry.jwtService);
    for (const token of [opaque, jwt]) {
      const answer = await introspect(one, token, billing());
      expect(answer).toMatchObject({ active: true });
      expect(answer).not.toHaveProperty("status");
    }
    const [row] = await instance.db.query<{ list: number | null }>(
      `SELECT status_list_id AS list FROM token WHERE format = 'opaque' ORDER BY issued_at DESC LIMIT 1`,
    );
    expect(row?.list).toBeNull();
  });

  test("is valid, invalid once its client gave it back, and the list of one authority says so at the other", async () => {
    const { jwtService } = instance.registry;
    const [kept, gone] = [await issue(one, jwtService), await issue(one, jwtService)];
    expect([await statusOf(one, gone), await statusOf(two, gone)]).toEqual([0, 0]);
    await revokeAs(two, jwtService, gone);
    for (const url of [one, two]) {
      await expect.poll(() => statusOf(url, gone), { timeout: 10_000 }).toBe(1);
      expect(await statusOf(url, kept)).toBe(0);
    }
    expect(await introspect(one, gone, billing())).toEqual({ active: false });
  });

  test("is suspended under a suspension that reaches far and is not settled, and valid after the restore (section 7.1)", async () => {
    const { jwtService, otherService } = instance.registry;
    const [held, revoked] = [await issue(two, jwtService), await issue(two, jwtService)];
    const other = await issue(two, otherService);
    await revokeAs(one, jwtService, revoked);
    const target = { kind: "client", id: jwtService.id } as const;
    await order({ verb: "suspend", target });
    for (const url of [one, two]) {
      await expect.poll(() => statusOf(url, held), { timeout: 10_000 }).toBe(2);
      expect([await statusOf(url, revoked), await statusOf(url, other)]).toEqual([1, 0]);
    }
    await restoreTarget(owner(), { target, ...why });
    await expect.poll(() => statusOf(one, held), { timeout: 10_000 }).toBe(0);
    expect(await statusOf(one, revoked)).toBe(1);
  });

  test("is suspended while its client is disabled", async () => {
    const token = await issue(one, instance.registry.otherService);
    const setDisabled = (to: string) =>
      instance.db.query(`UPDATE client SET disabled_at = ${to} WHERE id = $1::uuid`, [
        instance.registry.otherService.id,
      ]);
    await setDisabled("now()");
    await expect.poll(() => statusOf(one, token), { timeout: 10_000 }).toBe(2);
    await setDisabled("NULL");
    await expect.poll(() => statusOf(one, token), { timeout: 10_000 }).toBe(0);
  });
});

describe("a status list", () => {
  test("is a signed token of its own type with bounds to its age, by a key of its own that is in the key set (section 5.1)", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    const { claims, header } = await read(uri);
    expect(claims).toMatchObject({ iss: instance.issuer, sub: uri, ttl: 30, status_list: { bits: 2 } });
    expect(claims.exp - claims.iat).toBe(60);
    expect(Math.abs(claims.iat * 1_000 - Date.now())).toBeLessThan(31_000);
    const [key] = await instance.db.query<{ purpose: string }>(
      "SELECT purpose FROM signing_key WHERE kid = $1",
      [String(header.kid)],
    );
    expect(key?.purpose).toBe("status_list");
    const { keys } = (await (await fetch(`${one}/oauth/jwks`)).json()) as { keys: Record<string, unknown>[] };
    expect(keys.find((one) => one.kid === header.kid)).toMatchObject({ use: "sig", alg: "ES256" });
  });

  test("is public, may be kept as long as it says, and is not sent twice to who has it (section 8.2)", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    const first = await fetch(uri);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      "content-type": "application/statuslist+jwt",
      "cache-control": "public, max-age=30",
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
    });
    const etag = first.headers.get("etag") as string;
    const again = await fetch(uri, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("etag")).toBe(etag);
    const other = await fetch(uri, { headers: { "if-none-match": '"another"' } });
    expect(other.status).toBe(200);
    const head = await fetch(uri, { method: "HEAD" });
    expect([head.status, await head.text(), head.headers.get("etag")]).toEqual([200, "", etag]);
  });

  test("comes compressed to who takes it so, and plain to who does not, with another tag", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    const answers = await Promise.all(
      ["gzip", "identity", "gzip;q=0"].map((accepted) =>
        fetch(uri, { headers: { "accept-encoding": accepted } }),
      ),
    );
    expect(answers.map((answer) => answer.headers.get("content-encoding"))).toEqual(["gzip", null, null]);
    const [zipped, plain] = await Promise.all(answers.map((answer) => answer.text()));
    expect(zipped).toBe(plain);
    expect(answers[0]?.headers.get("etag")).not.toBe(answers[1]?.headers.get("etag"));
  });

  test("that nobody opened is not found, a path that is none neither, and a past time is not told (section 8.4)", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    for (const path of ["999999", "0", "01", "-1", "1.5", "abc", "1/2", "%31", "99999999999"]) {
      const { status } = await fetch(`${one}/status-lists/${path}`);
      expect([path, status]).toEqual([path, 404]);
    }
    expect((await fetch(`${uri}?time=1686925000`)).status).toBe(501);
    expect((await fetch(`${uri}?x=1`)).status).toBe(200);
    const posted = await post(uri, {});
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("is found by metadata and aggregation, which name every list with live tokens and none whose tokens are over (section 9)", async () => {
    const lists = await Promise.all(
      [one, two].map(async (url) => placeOf(await issue(url, instance.registry.jwtService)).uri),
    );
    expect(new Set(lists).size).toBe(2);
    for (const path of ["openid-configuration", "oauth-authorization-server"]) {
      const metadata = (await (await fetch(`${one}/.well-known/${path}`)).json()) as Record<string, unknown>;
      expect(metadata.status_list_aggregation_endpoint).toBe(`${instance.issuer}/status-lists`);
    }
    const [old] = await instance.db.query<{ id: number }>(
      `INSERT INTO status_list (writer_id, size, opened_at, closed_at, lives_until)
       VALUES (gen_random_uuid(), 64, now() - interval '3 days', now() - interval '2 days', now() - interval '1 day') RETURNING id`,
    );
    const gone = `${instance.issuer}/status-lists/${old?.id}`;
    const aggregation = async () =>
      ((await (await fetch(`${one}/status-lists`)).json()) as { status_lists: string[] }).status_lists;
    await expect.poll(aggregation, { timeout: 10_000 }).toEqual(expect.arrayContaining(lists));
    expect(await aggregation()).not.toContain(gone);
    expect((await fetch(gone)).status).toBe(404);
    for (const uri of await aggregation()) expect((await read(uri)).claims.sub).toBe(uri);
  });

  test("asked for by many at once, it is the same for all", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    const bodies = await Promise.all(
      Array.from({ length: 50 }, async () => (await fetch(at(two, uri))).text()),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  test("asked for by who floods with numbers that are none, it is still there for others", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    expect((await fetch(uri)).status).toBe(200);
    const statuses = await Promise.all(
      Array.from({ length: 700 }, async (_, number) => {
        const answer = await fetch(`${one}/status-lists/${500_000 + number}`);
        return answer.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect((await fetch(uri)).status).toBe(200);
  });
});

describe("keys have one purpose each", () => {
  test("a status list is no access token at any door", async () => {
    const { uri } = placeOf(await issue(one, instance.registry.jwtService));
    const list = await (await fetch(uri)).text();
    expect(await introspect(one, list, billing())).toEqual({ active: false });
    expect((await verify(one, list, billing())).status).toBe(401);
    const userinfo = await fetch(`${one}/oauth/userinfo`, { headers: { authorization: `Bearer ${list}` } });
    expect(userinfo.status).toBe(401);
  });

  test("an access token that the key of the status lists signed is refused, with the genuine one's claims; the genuine one is good", async () => {
    const genuine = await issue(one, instance.registry.jwtService);
    const list = await (await fetch(placeOf(genuine).uri)).text();
    const key = await privateKeyOf(instance, "status_list");
    const { kid } = decodeProtectedHeader(list);
    for (const typ of ["at+jwt", "statuslist+jwt"]) {
      const forged = await new SignJWT(decodeJwt(genuine))
        .setProtectedHeader({ alg: "ES256", typ, kid: String(kid) })
        .sign(key);
      expect(await introspect(one, forged, billing())).toEqual({ active: false });
      expect((await verify(one, forged, billing())).status).toBe(401);
    }
    expect(await introspect(one, genuine, billing())).toMatchObject({ active: true });
  });
});

test("an authority that has not heard from its database makes no list, and serves what it has only as long as that says", async () => {
  const lonely = await startTestInstance(2);
  try {
    const { uri } = placeOf(await issue(lonely.issuer, lonely.registry.jwtService));
    expect((await fetch(uri)).status).toBe(200);
    for (const { services } of lonely.authorities)
      Object.defineProperty(services.follower, "isStale", { get: () => true });
    expect((await fetch(uri)).status).toBe(200);
    const unmade = await fetch(at(lonely.urls[1] as string, uri));
    expect([unmade.status, unmade.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await fetch(`${lonely.issuer}/status-lists`)).status).toBe(503);
  } finally {
    await lonely.stop();
  }
});
