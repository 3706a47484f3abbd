import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, vi } from "vitest";
import type { UpdateClientInput } from "#lib/clients/input.ts";
import { updateClient } from "#lib/clients/update-client.ts";
import { type Context, systemContext } from "#lib/context.ts";
import type { ClientLifetimes } from "#lib/lifetimes/model.ts";
import { NOTHING_ALLOWED } from "#lib/outbound/allow-list.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import { discover, type People, type PeopleClient, seedPeople } from "./test-people.ts";

export const REFUSED = { error: "invalid_grant" };

/** The register's id of a token, by its value. */
export const idOf = (token: string | undefined) =>
  parseOpaque(token ?? "")?.id ?? String(decodeJwt(token ?? "").jti);

export const refresh = (config: oidc.Configuration, token: string | undefined) =>
  oidc.refreshTokenGrant(config, token ?? "");

/** Runs `work` as if it were so much later. */
export async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const now = Date.now;
  try {
    Date.now = () => now() + ms;
    return await work();
  } finally {
    Date.now = now;
  }
}

/** The same where the clock is asked by `new Date()`; it stands still meanwhile. */
export async function standingAt<T>(ms: number, work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}

/** Two authorities whose people sign in at clients with lifetimes of their own. Call it once, at the top. */
export function lifetimesFixture() {
  let instance: TestInstance;
  let people: People;

  beforeAll(async () => {
    instance = await startTestInstance(2, { clockToleranceMs: Number.POSITIVE_INFINITY });
    people = await seedPeople(instance.db);
  });
  afterAll(() => instance.stop());

  const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
  const update = (who: Context, input: UpdateClientInput & { clientId: string }) =>
    updateClient(who, input, way);
  const owner = (): Context => systemContext(instance.db, "test");

  async function heard() {
    for (const authority of instance.authorities) await authority.services.follower.poll();
  }

  let made = 0;

  /** A web application of its own with lifetimes of its own, saved as an admin saves them. */
  async function clientWith(
    lifetimes: Partial<ClientLifetimes>,
    kind: "web" | "spa" = "web",
  ): Promise<{ client: PeopleClient; config: oidc.Configuration }> {
    made += 1;
    const client = await people.addClient({
      clientId: `lived-${made}`,
      kind,
      tokenFormat: "jwt",
      requireConsent: false,
    });
    await update(owner(), { clientId: client.id, version: 1, ...lifetimes });
    await heard();
    return { client, config: await discover(instance, client) };
  }

  async function rowOf(token: string | undefined) {
    const [row] = await instance.db.query<{ seconds: number; family: string; parent: string | null }>(
      `SELECT extract(epoch FROM expires_at - date_trunc('second', issued_at))::int AS seconds, family_id AS family, parent_id AS parent
       FROM token WHERE id = $1::uuid`,
      [idOf(token)],
    );
    return row;
  }

  return {
    get instance() {
      return instance;
    },
    get people() {
      return people;
    },
    /** Of the verifier of billing. */
    get verifierSecret() {
      return instance.registry.verifiers.billing.secret;
    },
    update,
    owner,
    heard,
    clientWith,
    rowOf,
  };
}
