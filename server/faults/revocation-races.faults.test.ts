import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, sql } from "#lib/list-query/sql-fragment.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { revokeFamily } from "#lib/revocations/revoke-family.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "#lib/tokens/state-sql.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import type { PeopleClient } from "#server/authority/engine/test-people.ts";
import { post } from "#server/authority/test-authority.ts";
import { type Answer, askIntrospection, askRefresh, countBy, inTurn } from "./ask.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";
import { type Mint, type Minted, openMint } from "./mint.ts";

const ROUNDS = 200;
const LANES = 4;
/** Milliseconds that either side may come later: about as long as the other takes. */
const REFRESH_MS = 25;
const REVOCATION_MS = 60;

let instance: Instance;
let mint: Mint;
let urls: string[];
let clients: PeopleClient[];
let users: string[];

beforeAll(async () => {
  // all of it comes from one address, which the many refused refreshes may not throttle: what is asked here is what lives
  const settings = { FAILURES_PER_SECOND: "10000", GARBAGE_PER_SECOND: "10000" };
  instance = await startInstance({ authorities: 2, settings });
  await instance.startWorker();
  mint = await openMint(instance);
  urls = instance.authorities.map((authority) => authority.url);
  users = await mint.users(LANES);
  const options = { kind: "spa", tokenFormat: "opaque", requireConsent: false } as const;
  clients = await Promise.all(
    Array.from({ length: LANES }, (_, lane) =>
      instance.people.addClient({ ...options, clientId: `app-${lane}` }),
    ),
  );
  for (const url of urls) {
    const [first] = await mint.families(1, { client: clients.at(-1) as PeopleClient });
    await eventually(async () => {
      const { status } = await askRefresh(url, (first as Minted).client, (first as Minted).value);
      return status === 200 ? true : undefined;
    }, 10_000);
  }
});
afterAll(() => instance?.stop());

const urlOf = (index: number) => urls[index % urls.length] as string;
const responder = () => contextAs(instance.db, "responder", new Date());
const why = { reason: "token_leaked", note: "" } as const;

/** Every door to a revocation, and the target that it names. */
const DOORS: Record<string, (token: Minted, url: string) => Promise<unknown>> = {
  "its refresh token, by an admin": (token) => revokeToken(responder(), { id: token.id, ...why }),
  "its refresh token, by its client": async (token, url) => {
    const { status } = await post(`${url}/oauth/revoke`, {
      token: token.value,
      client_id: token.client.clientId,
    });
    expect(status).toBe(200);
  },
  "its family": (token) => revokeFamily(responder(), { id: token.familyId, ...why }),
  "its user": (token) => revokeUserTokens(responder(), { id: token.userId, ...why }),
  "its client": (token) => revokeClientTokens(responder(), { id: token.client.id, ...why }),
};

async function statesOf(familyId: string): Promise<string[]> {
  const now = new Date();
  const { state } = stateSql(await readPendingOrders(instance.db, now), now, 0);
  const rows = await run<{ state: string }>(
    instance.db,
    sql`SELECT ${state} AS state FROM token t ${STATE_JOINS} WHERE t.family_id = ${familyId}::uuid`,
  );
  return rows.map((row) => row.state);
}

/** Whatever of the family still works, in words; empty where nothing does. */
async function survivors(token: Minted, refreshed: Answer): Promise<string[]> {
  const found: string[] = [];
  const secret = instance.registry.verifiers.billing.secret;
  const made = refreshed.status === 200 ? refreshed.body : null;
  for (const url of urls) {
    if (made === null) continue;
    const { body } = await askIntrospection(url, String(made.access_token), secret);
    if (JSON.stringify(body) !== '{"active":false}') found.push("an access token is active");
  }
  for (const value of [String(made?.refresh_token ?? token.value), token.value]) {
    const again = await askRefresh(urlOf(randomInt(2)), token.client, value);
    if (again.status !== 400 || again.body.error !== "invalid_grant")
      found.push(`a refresh answers ${again.status} ${again.body.error}`);
  }
  const states = await statesOf(token.familyId);
  if (states.some((state) => state !== "revoked")) found.push(`the register says ${states}`);
  return found;
}

describe("a refresh at the same moment as a revocation of", () => {
  test.each(Object.keys(DOORS))(
    "%s leaves nothing of the family alive",
    async (name) => {
      const door = DOORS[name] as (typeof DOORS)[string];
      const lanes = Array.from({ length: LANES }, (_, lane) => lane);
      const outcomes = await inTurn(lanes, LANES, async (lane) => {
        const found: string[] = [];
        for (let round = 0; round < ROUNDS / LANES; round += 1) {
          const [token] = (await mint.families(1, {
            client: clients[lane] as PeopleClient,
            userId: users[lane] as string,
          })) as [Minted];
          const [refreshed] = await Promise.all([
            wait(randomInt(REVOCATION_MS)).then(() => askRefresh(urlOf(round), token.client, token.value)),
            wait(randomInt(REFRESH_MS)).then(() => door(token, urlOf(round + lane))),
          ]);
          const alive = await survivors(token, refreshed);
          found.push(alive.length > 0 ? alive.join(", ") : refreshed.status === 200 ? "after" : "before");
        }
        return found;
      });
      const counts = countBy(outcomes.flat(), (one) => one);
      expect(counts).toEqual({ after: expect.any(Number), before: expect.any(Number) });
      console.info(
        `${name}: the refresh was first ${counts.after} times, the revocation ${counts.before} times`,
      );
    },
    120_000,
  );
});
