import { lockOwners } from "../admins/owner-lock.ts";
import { withdrawInvitations } from "../admins/withdraw-invitations.ts";
import { recordEntries } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { lockApiTokens } from "./lock-api-tokens.ts";
import { namesMadeWith, readMadeWith } from "./made-with.ts";
import type { ApiTokenRow } from "./model.ts";

/** Keeps the order in which all who end API tokens lock. Call before anything is recorded. */
export async function lockEnding(tx: Sql): Promise<void> {
  // whoever uses an invitation takes the owners' lock before its row, and both before the log
  await lockOwners(tx);
  await lockApiTokens(tx);
}

const noteOf = (maker = "") => `made by the API token ${maker}, which was revoked`;

/** Ends one and what was made with it, each on record; of what goes with it, by what. */
async function endAll(
  tx: Sql,
  ctx: SqlContext,
  { root, made, note }: { root: ApiTokenRow; made: readonly ApiTokenRow[]; note: string | undefined },
): Promise<void> {
  const all = [root, ...made];
  await tx.query(
    "UPDATE api_token SET revoked_at = $2::timestamptz, version = version + 1 WHERE id = ANY ($1::uuid[])",
    [all.map(({ id }) => id), ctx.now],
  );
  await recordEntries(
    tx,
    ctx,
    all.map(({ id, name, state, madeByToken }) => ({
      act: "api_token.revoked",
      target: { kind: "api_token", id, name },
      note: id === root.id ? note : noteOf(madeByToken?.name),
      before: { state },
      after: {
        state: "revoked",
        ...(id === root.id && made.length > 0 ? { revokedWithIt: made.length } : {}),
      },
    })),
  );
}

/**
 * Ends an API token with all that goes with it, inside of the caller's transaction and under `lockEnding`: those that were made with it, at every depth, and the invitations that it or they made and nobody has used.
 * Recorded as `api_token.revoked` of each, and `admin.invitation_withdrawn`. Authorise before.
 *
 * @returns how much went with it.
 */
export async function endApiToken(
  tx: Sql,
  ctx: SqlContext,
  { root, note }: { root: ApiTokenRow; note?: string },
): Promise<{ apiTokens: number; invitations: number }> {
  const made = await readMadeWith(tx, { id: root.id, now: ctx.now });
  await endAll(tx, ctx, { root, made, note });
  const names = await namesMadeWith(tx, root.id);
  const invitations = await withdrawInvitations(tx, ctx, {
    apiTokenIds: [...names.keys()],
    because: "api_token_revoked",
    noteOf: ({ apiTokenId: id }) => noteOf(names.get(id ?? "")),
  });
  return { apiTokens: made.length, invitations };
}
