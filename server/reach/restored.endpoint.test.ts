import pg from "pg";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { FeedFollower } from "#lib/verification/feed-follower.ts";
import { createVerifier, type Verifier, type VerifierError, type VerifierEvent } from "#verifier/index.ts";
import { issue, startTestInstance, type TestInstance } from "../authority/test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess } from "../authority/test-authority-process.ts";
import { startLink } from "./test-link.ts";
import { claimsOf, order } from "./test-orders.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 15_000 } } });

let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance();
});

afterAll(() => instance.stop());

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    () => "good",
    (error: VerifierError) => error.code,
  );
const token = () => issue(instance.urls[0] as string, instance.registry.jwtService);

/** What a restored dump and new orders come to: beyond a position stands something else, as far and farther. */
async function goOnOtherwise(after: number, tokenIds: readonly string[]): Promise<void> {
  const url = new URL(inject("databaseAdminUrl"));
  url.pathname = new URL(instance.databaseUrl).pathname;
  const superuser = new pg.Client({ connectionString: url.toString() });
  await superuser.connect();
  try {
    await superuser.query("BEGIN");
    await superuser.query("SET LOCAL session_replication_role = replica");
    for (const [index, id] of tokenIds.entries())
      await superuser.query(
        "UPDATE revocation_order SET id = uuidv7(), target_id = $2, settled_at = now() WHERE position = $1",
        [after + index + 1, id],
      );
    await superuser.query("COMMIT");
  } finally {
    await superuser.end();
  }
}

test("a restored database that has grown past everybody: the authority that ran on says nothing any more, the verifier takes a snapshot from one that knows, and keeps what it knew as revoked", async () => {
  const link = await startLink(instance.urls[0] as string);
  const events: VerifierEvent[] = [];
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret: instance.registry.verifiers.billing.secret,
    authorityUrl: link.url,
    maxStalenessSeconds: 4,
    reports: false,
    onEvent: (event) => events.push(event),
  });
  let other: AuthorityProcess | null = null;
  try {
    await verifier.ready();
    const tokens = await Promise.all(Array.from({ length: 7 }, token));
    const [kept, lost, lostToo, instead, insteadToo, later, free] = tokens as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const revoke = (value: string) => order(instance.db, "revoke", "token", claimsOf(value).jti);
    const { position } = await revoke(kept);
    await revoke(lost);
    await revoke(lostToo);
    await expect.poll(() => verifier.state.position).toBe(position + 2);
    link.cut();
    // has heard of no order since it was started
    const late = await FeedFollower.start({
      db: instance.db,
      databaseUrl: instance.databaseUrl,
      pollMs: 3_600_000,
    });
    await late.poll();
    await goOnOtherwise(position, [claimsOf(instead).jti, claimsOf(insteadToo).jti]);
    await revoke(later);
    await expect(late.poll()).rejects.toThrow("stands another order");
    await late.stop();
    await expect.poll(async () => (await fetch(`${instance.urls[0]}/readyz`)).status).toBe(503);
    other = await startAuthorityProcess({
      databaseUrl: instance.databaseUrl,
      masterKey: instance.masterKey,
      issuer: instance.issuer,
    });
    link.leadTo(other.url);
    link.heal();
    await expect.poll(() => verifier.state.position).toBe(position + 3);
    expect(events.map(({ type }) => type)).toContain("went_back");
    const codes = await Promise.all(
      [kept, lost, lostToo, instead, insteadToo, later, free].map((one) => codeOf(verifier, one)),
    );
    expect(codes).toEqual([...Array(6).fill("revoked"), "good"]);
    const acknowledged = () =>
      instance.db.query(
        "SELECT FROM feed_acknowledgement WHERE instance_id = $1::uuid AND position = $2::bigint",
        [verifier.state.instance, position + 3],
      );
    await expect.poll(async () => (await acknowledged()).length).toBe(1);
  } finally {
    await verifier.close();
    await other?.stop();
    await link.stop();
  }
});
