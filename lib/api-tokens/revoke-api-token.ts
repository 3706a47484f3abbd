import { lockOwners } from "../admins/owner-lock.ts";
import { withdrawInvitations } from "../admins/withdraw-invitations.ts";
import { endOrphaned } from "../approvals/end-orphaned.ts";
import { recordEntries } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { lockApiToken, readApiToken } from "./get-api-token.ts";
import { lockApiTokens } from "./lock-api-tokens.ts";
import { namesMadeWith, readMadeWith } from "./made-with.ts";
import type { ApiTokenRow, RevokedApiToken } from "./model.ts";

/** Ends one and what was made with it, each on record; of what goes with it, by what. */
async function endAll(tx: Sql, ctx: Context, root: ApiTokenRow, made: readonly ApiTokenRow[]): Promise<void> {
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
      ...(id === root.id ? {} : { note: noteOf(madeByToken?.name) }),
      before: { state },
      after: {
        state: "revoked",
        ...(id === root.id && made.length > 0 ? { revokedWithIt: made.length } : {}),
      },
    })),
  );
}

const noteOf = (maker = "") => `made by the API token ${maker}, which was revoked`;

/**
 * Ends an API token at once, with those that were made with it, at every depth, and the invitations that it or they made and nobody has used: what a stolen one made does not outlive it.
 * Recorded as `api_token.revoked` of each, and `admin.invitation_withdrawn`. Needs `api-token:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED
 */
export async function revokeApiToken(
  ctx: Context,
  { apiTokenId }: { apiTokenId: string },
): Promise<RevokedApiToken> {
  requirePermission(ctx, "api-token:write");
  const revoked = await ctx.db.transaction(async (tx) => {
    // whoever uses an invitation takes the owners' lock before its row, and both before the log
    await lockOwners(tx);
    await lockApiTokens(tx);
    const before = await lockApiToken(tx, { id: apiTokenId, now: ctx.now });
    if (before.state === "revoked")
      throw new DomainError("ALREADY_ENDED", "This API token is revoked already.");
    const made = await readMadeWith(tx, { id: apiTokenId, now: ctx.now });
    await endAll(tx, ctx, before, made);
    const names = await namesMadeWith(tx, apiTokenId);
    const invitations = await withdrawInvitations(tx, ctx, {
      apiTokenIds: [...names.keys()],
      because: "api_token_revoked",
      noteOf: ({ apiTokenId: id }) => noteOf(names.get(id ?? "")),
    });
    const row = await readApiToken(tx, { id: apiTokenId, now: ctx.now });
    return { ...row, revokedToo: { apiTokens: made.length, invitations } };
  });
  await endOrphaned(ctx);
  return revoked;
}
