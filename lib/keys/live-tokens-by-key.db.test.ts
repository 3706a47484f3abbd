import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { settleNext } from "../revocations/settle-orders.ts";
import { listTokens } from "../tokens/list-tokens.ts";
import { tokensTable } from "../tokens/table.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { listKeys } from "./list-keys.ts";

let db: Database;
let url: string;

const BEFORE = new Date(Date.now() - 86_400_000);

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
});
afterAll(() => db.end());

async function keyOf(kid: string, purpose = "access_token") {
  await db.query(
    `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at)
     VALUES ($1::uuid, $2::text, $3::text, 'ES256', 'standby', '{"kty":"EC","crv":"P-256","x":"x","y":"y"}', 'x', $4::timestamptz, $4::timestamptz)`,
    [randomUUID(), kid, purpose, BEFORE],
  );
  return kid;
}

/** What the page of keys says, and what the list behind its number counts, at one moment. */
async function counted(kid: string) {
  // a number is kept for a moment by the pool that counted it
  const own = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  try {
    const ctx = contextAs(own, "auditor");
    const row = (await listKeys(ctx)).find((key) => key.kid === kid);
    const query = parseListQueryStrict(tokensTable, new URLSearchParams({ key: kid, state: "active" }));
    const { total } = await listTokens(ctx, query);
    return { keys: row?.liveTokens, list: total };
  } finally {
    await own.end();
  }
}

const exactly = (value: number) => ({ keys: { value, isExact: true }, list: { value, isExact: true } });

test("a key counts the tokens that work now, as the list behind its number does", async () => {
  const fixture = fixtureOf(db);
  const [kid, other] = [await keyOf("one"), await keyOf("other")];
  const [clientId, doomed] = [await fixture.client("billing"), await fixture.client("doomed")];
  const signed = (change: object = {}) => fixture.token({ clientId, signingKid: kid, ...change });
  const live = [await signed(), await signed(), await signed()] as const;
  await signed({ issuedAt: new Date(Date.now() - 7_200_000) });
  await signed({ clientId: doomed });
  await signed({ clientId: doomed });
  await fixture.token({ clientId, signingKid: other });
  expect(await counted(kid)).toEqual(exactly(5));

  await revokeToken(contextAs(db, "responder"), { id: live[0].id, reason: "test", note: "" });
  expect(await counted(kid)).toEqual(exactly(4));

  await db.transaction((tx) =>
    placeOrder(tx, contextAs(db, "owner"), {
      verb: "suspend",
      target: { kind: "token", id: live[1].id, name: "a token" },
      reason: "test",
      note: "",
    }),
  );
  expect(await counted(kid)).toEqual(exactly(3));

  await revokeClientTokens(contextAs(db, "responder"), { id: doomed, reason: "test", note: "" });
  const [unsettled] = await db.query("SELECT id FROM revocation_order WHERE settled_at IS NULL");
  expect(unsettled).toBeDefined();
  expect(await counted(kid)).toEqual(exactly(1));
  while (await settleNext(db));
  expect(await counted(kid)).toEqual(exactly(1));
  expect(await counted(other)).toEqual(exactly(1));
});

test("a key whose signatures are not registered has no count", async () => {
  const kid = await keyOf("for-ids", "id_token");
  expect((await counted(kid)).keys).toBeNull();
});
