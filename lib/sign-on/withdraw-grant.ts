import { noteReach } from "../approvals/bulk-reach.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context, SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import type { Reason } from "../revocations/model.ts";
import { placeOrders, requireNote } from "../revocations/place-order.ts";
import { targetName } from "../revocations/target-name.ts";
import { requirePerson } from "./end-own-access.ts";
import type { EndedAccess } from "./model.ts";

type Withdrawal = { userId: string; clientId: string; reason: Reason; note: string };
type Parties = { email: string; client: string };
type Found = { families: string[]; tokens: number; codes: number };

async function readParties(db: Sql, { userId, clientId }: Withdrawal): Promise<Parties | null> {
  if (!isUuid(userId) || !isUuid(clientId)) return null;
  const [row] = await db.query<Parties>(
    `SELECT u.email, c.client_id AS client FROM user_account u, client c WHERE u.id = $1::uuid AND c.id = $2::uuid`,
    [userId, clientId],
  );
  return row ?? null;
}

/**
 * What the client could go on with: takes its codes away, waiting for an exchange that holds one, and finds the families of these and of live tokens.
 */
async function takeFamilies(
  tx: Sql,
  ctx: SqlContext,
  { userId, clientId }: Withdrawal,
  client: string,
): Promise<Found> {
  const codes = await tx.query<{ familyId: string | null }>(
    `DELETE FROM protocol_state WHERE account_id = $1::text AND client_id = $2::text AND model IN ('AuthorizationCode', 'DeviceCode', 'Interaction')
     RETURNING family_id AS "familyId"`,
    [userId, client],
  );
  const live = await liveTokens({ db: tx, now: ctx.now });
  const rows = await run<{ familyId: string; tokens: number }>(
    tx,
    sql`SELECT t.family_id AS "familyId", count(*)::int AS tokens
      ${live(sql`t.user_id = ${userId}::uuid AND t.client_id = ${clientId}::uuid`)} GROUP BY 1 ORDER BY 1`,
  );
  const families = new Set(
    [...rows, ...codes].flatMap(({ familyId }) => (familyId === null ? [] : [familyId])),
  );
  return {
    families: [...families],
    tokens: rows.reduce((sum, row) => sum + row.tokens, 0),
    codes: codes.length,
  };
}

async function placeOnFamilies(
  tx: Sql,
  ctx: SqlContext,
  { reason, note }: Withdrawal,
  parties: Parties,
  { families, tokens }: Pick<Found, "families" | "tokens">,
): Promise<void> {
  await placeOrders(tx, ctx, {
    verb: "revoke",
    reason,
    note,
    targets: families.map((id) => ({
      kind: "family",
      id,
      name: targetName("family", id, `${parties.email} through ${parties.client}`),
    })),
  });
  await noteReach({ ...ctx, db: tx }, { tokens, isExact: true, isEverything: false }, { neverWaits: true });
}

async function withdraw(ctx: SqlContext, withdrawal: Withdrawal): Promise<EndedAccess> {
  requireNote(withdrawal);
  const { userId, clientId, reason, note } = withdrawal;
  const parties = await readParties(ctx.db, withdrawal);
  if (parties === null) throw notFound("The grant");
  const ended = await ctx.db.transaction(async (tx) => {
    const [remembered] = await tx.query<{ scopes: string[]; permissions: string[] }>(
      "DELETE FROM user_grant WHERE user_id = $1::uuid AND client_id = $2::uuid RETURNING scopes, permissions",
      [userId, clientId],
    );
    const states = await tx.query(
      "DELETE FROM protocol_state WHERE account_id = $1::text AND client_id = $2::text AND model = 'Grant' RETURNING model",
      [userId, parties.client],
    );
    const { families, tokens } = await takeFamilies(tx, ctx, withdrawal, parties.client);
    if (remembered === undefined && states.length === 0 && families.length === 0) throw notFound("The grant");
    await placeOnFamilies(tx, ctx, withdrawal, parties, { families, tokens });
    await recordEntry(tx, ctx, {
      act: "grant.withdrawn",
      target: { kind: "user", id: userId, name: parties.email },
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      before: { scopes: remembered?.scopes ?? [], permissions: remembered?.permissions ?? [] },
      after: { client: parties.client, families: families.length, liveTokens: tokens },
    });
    return { orders: families.length, tokens };
  });
  // an exchange that had found the grant a moment before the commit holds its code until it is over: what it gave ends too
  const late = await ctx.db.transaction(async (tx) => {
    const found = await takeFamilies(tx, { ...ctx, now: new Date() }, withdrawal, parties.client);
    if (found.codes === 0 && found.families.length === 0) return found;
    await placeOnFamilies(tx, ctx, withdrawal, parties, found);
    await recordEntry(tx, ctx, {
      act: "grant.withdrawn",
      target: { kind: "user", id: userId, name: parties.email },
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      after: {
        client: parties.client,
        families: found.families.length,
        liveTokens: found.tokens,
        ofExchangeMeanwhile: true,
      },
    });
    return found;
  });
  return { orders: ended.orders + late.families.length, tokens: ended.tokens + late.tokens };
}

/**
 * Takes back what a person allows a client, at their own word: it is asked for again, and every token that the client has of the person, on whichever
 * device, is refused. The person stays signed in, and other applications go on. Recorded as `grant.withdrawn`, and again with what an exchange gave meanwhile.
 *
 * @throws {DomainError} NOT_FOUND where there is nothing to withdraw.
 */
export async function withdrawOwnGrant(
  ctx: SqlContext,
  { clientId }: { clientId: string },
): Promise<EndedAccess> {
  const person = requirePerson(ctx);
  return withdraw(ctx, { userId: person.id, clientId, reason: "user_request", note: "" });
}

/**
 * The same by an admin. Needs `family:revoke`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT where the reason needs a note
 */
export async function withdrawUserGrant(ctx: Context, withdrawal: Withdrawal): Promise<EndedAccess> {
  requirePermission(ctx, "family:revoke");
  return withdraw(ctx, withdrawal);
}
