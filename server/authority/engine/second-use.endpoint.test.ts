import type * as oidc from "openid-client";
import { refreshTokenGrant } from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import { createUseWriter } from "#lib/verification/use-writer.ts";
import { introspect, startTestInstance, type TestInstance } from "../test-authority.ts";
import { discover, logIn, type People, seedPeople } from "./test-people.ts";

let instance: TestInstance;
let people: People;
let spa: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(2, { clockToleranceMs: Number.POSITIVE_INFINITY });
  people = await seedPeople(instance.db);
  await setGrace(0);
  spa = await discover(instance, people.spa);
});
afterAll(() => instance.stop());

const REFUSED = { error: "invalid_grant" };
const idOf = (token: string | undefined) => parseOpaque(token ?? "")?.id ?? "";
const refresh = (token: string | undefined) => refreshTokenGrant(spa, token ?? "");

async function setGrace(seconds: number) {
  await instance.db.query("UPDATE organisation SET refresh_grace_seconds = $1::int", [seconds]);
  for (const authority of instance.authorities) await authority.services.follower.poll();
}

async function entriesOf(id: string) {
  const rows = await instance.db.query<{ act: string }>(
    "SELECT act FROM audit_entry WHERE target_id = $1::text ORDER BY sequence",
    [id],
  );
  return rows.map((row) => row.act);
}

describe("within the grace, a refresh token that comes a second time", () => {
  beforeEach(() => setGrace(30));

  test("gets tokens in place of those that the first use gave, which end", async () => {
    const { tokens } = await logIn(spa);
    const first = await refresh(tokens.refresh_token);
    const second = await refresh(tokens.refresh_token);
    const rows = await instance.db.query<{ reason: string; target_kind: string }>(
      "SELECT reason, target_kind FROM revocation_order WHERE target_id = $1::text",
      [idOf(first.refresh_token)],
    );
    expect(rows).toEqual([{ reason: "superseded", target_kind: "token" }]);
    expect(await entriesOf(idOf(first.refresh_token))).toEqual(["refresh_token.superseded"]);
    expect((await refresh(second.refresh_token)).access_token).toBeTruthy();
  });

  test("leaves one refresh token alive, however often it comes", async () => {
    const { tokens } = await logIn(spa);
    let last: string | undefined;
    for (let times = 0; times < 5; times += 1) last = (await refresh(tokens.refresh_token)).refresh_token;
    const alive = await instance.db.query<{ id: string }>(
      `SELECT t.id FROM token t LEFT JOIN token_standing s ON s.token_id = t.id LEFT JOIN refresh_consumption c ON c.token_id = t.id
       WHERE t.family_id = (SELECT family_id FROM token WHERE id = $1::uuid) AND t.kind = 'refresh' AND s.revoked_at IS NULL AND c.token_id IS NULL`,
      [idOf(tokens.refresh_token)],
    );
    expect(alive.map((row) => row.id)).toEqual([idOf(last)]);
  });

  test("ends its family where the one that the first use gave was used", async () => {
    const { tokens } = await logIn(spa);
    const first = await refresh(tokens.refresh_token);
    const next = await refresh(first.refresh_token);
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(next.refresh_token)).rejects.toMatchObject(REFUSED);
  });

  test("ends its family where the superseded one comes as well: two hold tokens of it", async () => {
    const { tokens } = await logIn(spa);
    const first = await refresh(tokens.refresh_token);
    const second = await refresh(tokens.refresh_token);
    await expect(refresh(first.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(second.refresh_token)).rejects.toMatchObject(REFUSED);
    const secret = instance.registry.verifiers.billing.secret;
    expect(await introspect(instance.issuer, second.access_token, secret)).toEqual({ active: false });
  });
});

test("after the grace, a refresh token that comes a second time ends its family", async () => {
  await setGrace(30);
  const { tokens } = await logIn(spa);
  const first = await refresh(tokens.refresh_token);
  const now = Date.now;
  try {
    Date.now = () => now() + 31_000;
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(REFUSED);
  } finally {
    Date.now = now;
  }
  await expect(refresh(first.refresh_token)).rejects.toMatchObject(REFUSED);
});

describe("without a grace, a refresh token that comes a second time", () => {
  beforeEach(() => setGrace(0));

  /** Puts the last exchange of a token down to a process that was not heard of since, before it said that its answer left. */
  async function putDownToDeadProcess(token: string | undefined) {
    const writer = createUseWriter();
    const [row] = await instance.db.query<{ family: string; client: string }>(
      "SELECT family_id AS family, client_id AS client FROM token WHERE id = $1::uuid",
      [idOf(token)],
    );
    const use = {
      at: new Date(),
      refusal: null,
      source: "refresh" as const,
      tokenId: idOf(token),
      tokenKind: "refresh" as const,
      familyId: row?.family ?? "",
      clientId: row?.client ?? "",
      userId: null,
      subject: "ana",
      verifierId: null,
      audience: null,
      method: null,
      path: null,
      ip: null,
      userAgent: null,
    };
    await writer.write(instance.db, [use], null);
    await instance.db.query(
      `INSERT INTO evidence_writer (id, started_at, seen_at, batch, counted_flush)
       VALUES ($1::uuid, now(), now() - interval '6 seconds', 1, 0)`,
      [writer.id],
    );
  }

  test("is answered again where the process of the first use died before its answer left", async () => {
    const { tokens } = await logIn(spa);
    await refresh(tokens.refresh_token);
    await putDownToDeadProcess(tokens.refresh_token);
    const second = await refresh(tokens.refresh_token);
    expect((await refresh(second.refresh_token)).access_token).toBeTruthy();
  });

  test("ends its family all the same where something that the first use gave was seen", async () => {
    const { tokens } = await logIn(spa);
    const first = await refresh(tokens.refresh_token);
    const secret = instance.registry.verifiers.billing.secret;
    expect(await introspect(instance.issuer, first.access_token, secret)).toMatchObject({ active: true });
    await putDownToDeadProcess(tokens.refresh_token);
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(first.refresh_token)).rejects.toMatchObject(REFUSED);
  });
});

test("without a grace, an answer that left is answered once: a second use ends the family", async () => {
  await setGrace(0);
  const { tokens } = await logIn(spa);
  const first = await refresh(tokens.refresh_token);
  await expect(refresh(tokens.refresh_token)).rejects.toMatchObject(REFUSED);
  await expect(refresh(first.refresh_token)).rejects.toMatchObject(REFUSED);
});
