import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import { introspect, startTestInstance, type TestInstance } from "../test-authority.ts";
import { BEN, discover, logIn, type People, seedPeople } from "./test-people.ts";

let instance: TestInstance;
let people: People;
let web: oidc.Configuration;
let spa: oidc.Configuration;
let verifier: string;

beforeAll(async () => {
  instance = await startTestInstance(2, { clockToleranceMs: Number.POSITIVE_INFINITY });
  people = await seedPeople(instance.db);
  verifier = instance.registry.verifiers.billing.secret;
  await registryRead();
  web = await discover(instance, people.web);
  spa = await discover(instance, people.spa);
});
afterAll(() => instance.stop());

const REFUSED = { error: "invalid_grant" };
const idOf = (token: string | undefined) => parseOpaque(token ?? "")?.id ?? "";

async function registryRead() {
  for (const authority of instance.authorities) await authority.services.follower.poll();
}

function refresh(
  config: oidc.Configuration,
  token: string | undefined,
  parameters: Record<string, string> = {},
) {
  return oidc.refreshTokenGrant(config, token ?? "", parameters);
}

function usesOf(token: string | undefined) {
  return instance.db.query<{ outcome: string; refusal: string | null; source: string }>(
    "SELECT outcome, refusal, source FROM token_use WHERE token_id = $1::uuid ORDER BY received_at, id",
    [idOf(token)],
  );
}

async function order(
  verb: "revoke" | "suspend" | "restore",
  kind: "family" | "user" | "client" | "session" | "group",
  id: string,
) {
  const ctx = systemContext(instance.db, "test");
  await instance.db.transaction((tx) =>
    placeOrder(tx, ctx, { verb, target: { kind, id, name: id }, reason: "test", note: "" }),
  );
}

async function rowOf(token: string | undefined) {
  const [row] = await instance.db.query<Record<string, string>>("SELECT * FROM token WHERE id = $1::uuid", [
    idOf(token),
  ]);
  return row as Record<string, string> & { issued_at: Date; expires_at: Date; rooted_at: Date };
}

describe("the token endpoint under another spelling of its address", () => {
  test.each(["/OAUTH/token", "/oauth/Token", "/oauth/token/", "/oauth/tok%65n"])(
    "%s is no way around one winner: it leads nowhere, and consumes nothing",
    async (path) => {
      const { tokens } = await logIn(web);
      const form = {
        grant_type: "refresh_token",
        refresh_token: tokens.refresh_token ?? "",
        client_id: "web",
        client_secret: people.web.secret ?? "",
      };
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          fetch(`${instance.urls[index % 2]}${path}`, { method: "POST", body: new URLSearchParams(form) }),
        ),
      );
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 404));
      const once = { method: "POST", body: new URLSearchParams(form) };
      expect((await fetch(`${instance.issuer}/oauth/token`, once)).status).toBe(200);
    },
  );
});

describe("a refresh", () => {
  test("gives a new pair of the same family and root, with the old refresh token as parent", async () => {
    const { tokens } = await logIn(web);
    const next = await refresh(web, tokens.refresh_token);
    const [old, young] = [await rowOf(tokens.refresh_token), await rowOf(next.refresh_token)];
    expect(young).toMatchObject({
      family_id: old.family_id,
      parent_id: old.id,
      grant_type: "refresh_token",
      session_uid: old.session_uid,
    });
    expect(young.rooted_at).toEqual(old.rooted_at);
    expect(decodeJwt(next.access_token).rooted_at).toBe(old.rooted_at.getTime());
    expect(await usesOf(tokens.refresh_token)).toEqual([
      { outcome: "issued", refusal: null, source: "issue" },
      { outcome: "allowed", refusal: null, source: "refresh" },
    ]);
    expect(await introspect(instance.issuer, next.access_token, verifier)).toMatchObject({ active: true });
  });

  test("lives for the idle time, and never past the family's absolute end", async () => {
    await instance.db.query(
      "UPDATE organisation SET refresh_token_idle_seconds = 7200, refresh_token_absolute_seconds = 10000",
    );
    await registryRead();
    const { tokens } = await logIn(web);
    const row = await rowOf(tokens.refresh_token);
    expect(Math.round((row.expires_at.getTime() - row.issued_at.getTime()) / 1000)).toBeCloseTo(7200, -1);
    await instance.db.query(
      "UPDATE organisation SET refresh_token_idle_seconds = 9999, refresh_token_absolute_seconds = 9999",
    );
    await registryRead();
    const next = await rowOf((await refresh(web, tokens.refresh_token)).refresh_token);
    expect(next.expires_at.getTime()).toBe(Math.floor(next.rooted_at.getTime() / 1000) * 1000 + 9_999_000);
    await instance.db.query(
      "UPDATE organisation SET refresh_token_idle_seconds = 604800, refresh_token_absolute_seconds = 2592000",
    );
    await registryRead();
  });

  test("RFC 6749 section 6: may ask for less, and not for more", async () => {
    const { tokens } = await logIn(web);
    const less = await refresh(web, tokens.refresh_token, { scope: "openid invoices:read" });
    expect(decodeJwt(less.access_token)).toMatchObject({
      scope: "openid invoices:read",
      entitlements: ["invoices:read"],
    });
    await expect(refresh(web, less.refresh_token, { scope: "openid invoices:write" })).rejects.toMatchObject({
      error: "invalid_scope",
    });
    const all = await refresh(web, less.refresh_token);
    expect(decodeJwt(all.access_token).entitlements).toEqual(["invoices:read", "ledger:read"]);
  });

  test("takes away what the person lost since, and never gives what they won", async () => {
    const { tokens } = await logIn(web, { email: BEN });
    await instance.db.query("INSERT INTO group_member (group_id, user_id) VALUES ($1::uuid, $2::uuid)", [
      people.groups.finance,
      people.users.ben,
    ]);
    const won = await refresh(web, tokens.refresh_token);
    expect(decodeJwt(won.access_token)).toMatchObject({ entitlements: ["invoices:read"], groups: ["Sales"] });
    await instance.db.query("DELETE FROM group_member WHERE user_id = $1::uuid", [people.users.ben]);
    const lost = await refresh(web, won.refresh_token);
    expect(decodeJwt(lost.access_token)).toMatchObject({ entitlements: [], groups: [] });
    await instance.db.query("INSERT INTO group_member (group_id, user_id) VALUES ($1::uuid, $2::uuid)", [
      people.groups.sales,
      people.users.ben,
    ]);
    const back = await refresh(web, lost.refresh_token);
    expect(decodeJwt(back.access_token)).toMatchObject({ entitlements: [], groups: [] });
  });

  test("RFC 9700 section 4.14.2: a second use ends the family, and is on record once as such", async () => {
    const { tokens } = await logIn(web);
    const next = await refresh(web, tokens.refresh_token);
    await expect(refresh(web, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    expect(await introspect(instance.issuer, next.access_token, verifier)).toEqual({ active: false });
    await expect(refresh(web, next.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(web, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    expect((await usesOf(tokens.refresh_token)).map((use) => use.refusal)).toEqual([
      null,
      null,
      "replayed",
      "revoked",
    ]);
    expect((await usesOf(next.refresh_token)).map((use) => use.refusal)).toEqual([null, "revoked"]);
    const { family_id: family } = await rowOf(tokens.refresh_token);
    const orders = await instance.db.query(
      "SELECT verb, reason, note, actor_kind FROM revocation_order WHERE target_id = $1::text",
      [family ?? ""],
    );
    expect(orders).toEqual([
      { verb: "revoke", reason: "policy", note: "refresh token replayed", actor_kind: "system" },
    ]);
    const entries = await instance.db.query("SELECT act FROM audit_entry WHERE target_id = $1::text", [
      family ?? "",
    ]);
    expect(entries).toEqual([{ act: "refresh_token.replayed" }]);
  });

  test("ends the family also when the second use comes after the token's own end", async () => {
    const { tokens } = await logIn(web);
    const next = await refresh(web, tokens.refresh_token);
    const now = Date.now;
    try {
      Date.now = () => now() + 604_801_000;
      await expect(refresh(web, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    } finally {
      Date.now = now;
    }
    expect((await usesOf(tokens.refresh_token)).map((use) => use.refusal)).toContain("replayed");
    await expect(refresh(web, next.refresh_token)).rejects.toMatchObject(REFUSED);
  });

  test("leaves the same person's other families alone when one is replayed", async () => {
    const { tokens, browser } = await logIn(web);
    const { tokens: other } = await logIn(web, { browser });
    await refresh(web, tokens.refresh_token);
    await expect(refresh(web, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    expect((await refresh(web, other.refresh_token)).access_token).toBeTruthy();
  });

  test("has one winner among twenty at once on two authorities, and none of them fails inside (mistake 15)", async () => {
    const { tokens } = await logIn(spa);
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: tokens.refresh_token ?? "",
      client_id: "spa",
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const response = await fetch(`${instance.urls[index % 2]}/oauth/token`, { method: "POST", body });
        return { status: response.status, body: (await response.json()) as { error?: string } };
      }),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(
      answers.filter((answer) => answer.status === 400 && answer.body.error === "invalid_grant"),
    ).toHaveLength(19);
    const { family_id: family } = await rowOf(tokens.refresh_token);
    const orders = await instance.db.query("SELECT id FROM revocation_order WHERE target_id = $1::text", [
      family ?? "",
    ]);
    expect(orders).toHaveLength(1);
    const uses = await usesOf(tokens.refresh_token);
    expect(uses.filter((use) => use.outcome === "allowed")).toHaveLength(1);
    expect(uses.filter((use) => use.outcome === "refused")).toHaveLength(19);
  });

  test("is refused to another client, which is on record and ends nothing", async () => {
    const { tokens } = await logIn(web);
    await expect(refresh(spa, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    expect((await usesOf(tokens.refresh_token)).at(-1)).toMatchObject({
      outcome: "refused",
      refusal: "wrong_client",
    });
    expect((await refresh(web, tokens.refresh_token)).access_token).toBeTruthy();
  });

  test.each(["", "twr_", `twr_${"0".repeat(71)}`, "eyJhbGciOiJub25lIn0.e30.", "x".repeat(50_000)])(
    "is refused for what is no refresh token",
    async (value) => {
      const body = new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: value,
        client_id: "spa",
      });
      const response = await fetch(`${instance.issuer}/oauth/token`, { method: "POST", body });
      expect(response.status).toBe(400);
    },
  );

  test("is refused to an access token", async () => {
    const { tokens } = await logIn(spa);
    await expect(refresh(spa, tokens.access_token)).rejects.toMatchObject(REFUSED);
  });
});

describe("a refresh is refused, and on record, when", () => {
  async function refusedAfter(
    act: (ids: { family: string; session: string }) => Promise<unknown>,
    refusal: string,
  ) {
    const { tokens } = await logIn(web);
    const row = await rowOf(tokens.refresh_token);
    await act({ family: row.family_id ?? "", session: row.session_uid ?? "" });
    await expect(refresh(web, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    expect((await usesOf(tokens.refresh_token)).at(-1)).toEqual({
      outcome: "refused",
      refusal,
      source: "refresh",
    });
    const consumed = await instance.db.query(
      "SELECT token_id FROM refresh_consumption WHERE token_id = $1::uuid",
      [idOf(tokens.refresh_token)],
    );
    expect(consumed).toEqual([]);
    return tokens;
  }

  test("its family is revoked", () =>
    refusedAfter(({ family }) => order("revoke", "family", family), "revoked"));
  test("its session is revoked", () =>
    refusedAfter(({ session }) => order("revoke", "session", session), "revoked"));
  test("its user is revoked", () => refusedAfter(() => order("revoke", "user", people.users.ana), "revoked"));
  test("its client is revoked", () =>
    refusedAfter(() => order("revoke", "client", people.web.id), "revoked"));
  test("a group in it is revoked", () => refusedAfter(() => order("revoke", "group", "Finance"), "revoked"));

  test("its family is suspended, until it is restored", async () => {
    let suspended = "";
    const tokens = await refusedAfter(async ({ family }) => {
      suspended = family;
      await order("suspend", "family", family);
    }, "suspended");
    await order("restore", "family", suspended);
    expect((await refresh(web, tokens.refresh_token)).access_token).toBeTruthy();
  });

  test("its user is disabled, until they are enabled", async () => {
    const disable = (at: Date | null) =>
      instance.db.query("UPDATE user_account SET disabled_at = $2::timestamptz WHERE id = $1::uuid", [
        people.users.ana,
        at,
      ]);
    const tokens = await refusedAfter(() => disable(new Date()), "user_disabled");
    await disable(null);
    expect((await refresh(web, tokens.refresh_token)).access_token).toBeTruthy();
  });

  test("its client is disabled, until it is enabled", async () => {
    const disable = async (at: Date | null) => {
      await instance.db.query("UPDATE client SET disabled_at = $2::timestamptz WHERE id = $1::uuid", [
        people.web.id,
        at,
      ]);
      await registryRead();
    };
    const tokens = await refusedAfter(() => disable(new Date()), "client_disabled");
    await disable(null);
    expect((await refresh(web, tokens.refresh_token)).access_token).toBeTruthy();
  });

  test("it has expired", async () => {
    const { tokens } = await logIn(web);
    await instance.db.query(
      "UPDATE organisation SET access_token_ttl_seconds = 300, refresh_token_idle_seconds = 300, refresh_token_absolute_seconds = 300",
    );
    await registryRead();
    const now = Date.now;
    try {
      const { refresh_token: short } = await refresh(web, tokens.refresh_token);
      Date.now = () => now() + 301_000;
      await expect(refresh(web, short)).rejects.toMatchObject(REFUSED);
      expect((await usesOf(short)).at(-1)).toMatchObject({ outcome: "refused", refusal: "expired" });
    } finally {
      Date.now = now;
      await instance.db.query(
        "UPDATE organisation SET access_token_ttl_seconds = 3600, refresh_token_idle_seconds = 604800, refresh_token_absolute_seconds = 2592000",
      );
      await registryRead();
    }
  });
});
