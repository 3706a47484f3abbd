import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateClient } from "#lib/clients/update-client.ts";
import { NOTHING_ALLOWED } from "#lib/outbound/allow-list.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { post, startTestInstance, type TestInstance } from "../test-authority.ts";
import { adminOf } from "./test-admin.ts";
import { discover, logIn, type People, type PeopleClient, seedPeople } from "./test-people.ts";

let instance: TestInstance;
let people: People;
const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await readRegistry();
});
afterAll(() => instance.stop());

async function readRegistry() {
  for (const { services } of instance.authorities) await services.follower.poll();
}

describe("a refresh token from before its public client had to use DPoP", () => {
  async function loggedInBefore() {
    const client = await people.addClient({
      clientId: `before-${Math.random().toString(36).slice(2, 8)}`,
      kind: "spa",
      tokenFormat: "jwt",
      requireConsent: false,
    });
    await readRegistry();
    const config = await discover(instance, client);
    const { tokens } = await logIn(config);
    // as its owner may have it once its tokens are bound
    await updateClient(
      adminOf(instance.db),
      { clientId: client.id, version: 1, requireDpop: true, rotatesRefreshTokens: false },
      way,
    );
    await readRegistry();
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
    const refresh = (token: string | undefined, handle: oidc.DPoPHandle | null = DPoP) =>
      oidc.refreshTokenGrant(config, token ?? "", {}, handle === null ? {} : { DPoP: handle });
    const anotherKey = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
    return { tokens, refresh, anotherKey };
  }
  const REFUSED = { error: "invalid_grant" };

  test("RFC 9449 section 5: is replaced at its next use, by one that works with the key alone and is kept then", async () => {
    const { tokens, refresh, anotherKey } = await loggedInBefore();
    const next = await refresh(tokens.refresh_token);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    await expect(refresh(next.refresh_token, anotherKey)).rejects.toMatchObject(REFUSED);
    await expect(refresh(next.refresh_token, null)).rejects.toMatchObject(REFUSED);
    const kept = await refresh(next.refresh_token);
    expect(kept.refresh_token).toBe(next.refresh_token);
  });

  test("RFC 9700 section 4.14.2: ends its family when it comes a second time, whatever key comes with it", async () => {
    const { tokens, refresh, anotherKey } = await loggedInBefore();
    const next = await refresh(tokens.refresh_token);
    await expect(refresh(tokens.refresh_token, anotherKey)).rejects.toMatchObject(REFUSED);
    await expect(refresh(next.refresh_token)).rejects.toMatchObject(REFUSED);
  });
});

describe("a page that asks with the origin null, as sandboxed and local ones do", () => {
  const ask = ({ clientId }: PeopleClient, origin: string) =>
    post(
      `${instance.issuer}/oauth/token`,
      { grant_type: "refresh_token", client_id: clientId, refresh_token: "twr_none" },
      { origin },
    );

  test("reads no answer of a native client's, whose redirect URI has no origin; a page of the client's own does", async () => {
    const native = await people.addClient({
      clientId: "notes",
      kind: "native",
      tokenFormat: "jwt",
      requireConsent: false,
      redirectUris: ["com.example.notes:/callback", "http://127.0.0.1/callback"],
    });
    await readRegistry();
    const refused = await ask(native, "null");
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    expect(await refused.json()).toMatchObject({ error: "invalid_request" });
    const own = await ask(people.spa, "https://app.example.com");
    expect(own.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(await own.json()).toMatchObject({ error: "invalid_grant" });
  });
});
