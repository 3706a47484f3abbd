import { answerWithin, isUnanswered } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { clientRemains } from "./client-remaining.ts";
import type { FoundTarget } from "./find-target.ts";
import { countLive, ENDS_AT, type LiveTokens, lastExpiryOf } from "./live-tokens.ts";
import type { Remaining } from "./model.ts";

function many(count: number, isExact: boolean, one: string, more: string): string {
  return count === 1 && isExact
    ? `One ${one}`
    : `${isExact ? "" : "At least "}${count.toLocaleString("en")} ${more}`;
}

function work(count: number, isExact: boolean): string {
  return count === 1 && isExact ? "works" : "work";
}

async function familyRemains(ctx: Context, live: LiveTokens, target: FoundTarget): Promise<Remaining[]> {
  if (target.kind !== "token" || target.familyId === null || target.token?.kind === "refresh") return [];
  const others = await run<{ kind: string; count: bigint; until: Date }>(
    ctx.db,
    sql`SELECT t.kind, count(*) AS count, max(${ENDS_AT}) AS until ${live(sql`t.family_id = ${target.familyId}::uuid AND t.id <> ${target.id}::uuid`)} GROUP BY t.kind`,
  );
  const href = `/tokens?family=${target.familyId}`;
  return others.map(({ kind, count, until }) =>
    kind === "refresh"
      ? {
          kind: "refresh_token",
          count: Number(count),
          isExact: true,
          says: "This access token's family still has a live refresh token: it can make new access tokens. Revoke the family to end that.",
          until: until.toISOString(),
          href,
        }
      : {
          kind: "family_tokens",
          count: Number(count),
          isExact: true,
          says: `${many(Number(count), true, "other access token", "other access tokens")} of the same family still ${work(Number(count), true)}.`,
          until: until.toISOString(),
          href,
        },
  );
}

async function userRemains(ctx: Context, live: LiveTokens, target: FoundTarget): Promise<Remaining[]> {
  if (target.userId === null) return [];
  const remains: Remaining[] = [];
  if (target.kind !== "user") {
    const ofFamily = target.familyId === null ? sql`true` : sql`t.family_id <> ${target.familyId}::uuid`;
    const ofSession =
      target.kind === "session" ? sql`t.session_uid IS DISTINCT FROM ${target.id}` : sql`true`;
    const which = sql`t.user_id = ${target.userId}::uuid AND ${ofFamily} AND ${ofSession}`;
    const timeoutMs = answerWithin(ctx, 1_000);
    const [tokens, expiry] = await Promise.all([
      countLive(ctx.db, live, which, timeoutMs),
      lastExpiryOf(ctx.db, live, which, timeoutMs),
    ]);
    if (tokens.value > 0)
      remains.push({
        kind: "user_tokens",
        count: tokens.value,
        isExact: tokens.isExact,
        says: `${many(tokens.value, tokens.isExact, "other token", "other tokens")} of the user still ${work(tokens.value, tokens.isExact)}.${expiry?.canBeRenewed ? " Refresh tokens among them can be renewed." : ""}`,
        until: expiry?.at?.toISOString() ?? null,
        href: `/tokens?user=${target.userId}&state=active`,
      });
    const besides = target.kind === "session" ? sql`p.uid IS DISTINCT FROM ${target.id}` : sql`true`;
    // a session that is used lives on, at most for the longest that one may last from now
    const [sessions] = await run<{ count: bigint; until: Date }>(
      ctx.db,
      sql`SELECT count(*) AS count, ${ctx.now}::timestamptz + make_interval(secs => (SELECT session_absolute_seconds FROM organisation WHERE id = 1)) AS until
        FROM protocol_state p WHERE p.account_id = ${target.userId} AND p.model = 'Session'
        AND ${besides} AND (p.expires_at IS NULL OR p.expires_at > ${ctx.now}::timestamptz)`,
    );
    const count = Number(sessions?.count ?? 0);
    if (count > 0)
      remains.push({
        kind: "user_sessions",
        count,
        isExact: true,
        says: `The user is still signed in at the authority (${many(count, true, "session", "sessions").toLowerCase()}) and can get new tokens without signing in again.`,
        until: sessions?.until?.toISOString() ?? null,
        href: `/users/${target.userId}`,
      });
  }
  const [user] = await run<{ isDisabled: boolean }>(
    ctx.db,
    sql`SELECT disabled_at IS NOT NULL AS "isDisabled" FROM user_account WHERE id = ${target.userId}::uuid`,
  );
  if (target.kind === "user" && user?.isDisabled === false)
    remains.push({
      kind: "user_sign_in",
      count: 1,
      isExact: true,
      says: "The user can sign in again and get new tokens. Disable the user to end that.",
      until: null,
      href: `/users/${target.userId}`,
    });
  return remains;
}

/** What still works after a target was revoked, or would: the rest of its family, its user's tokens and sessions, how its client gets new ones. Nothing where nobody reads it. */
export async function readRemaining(
  ctx: Context,
  live: LiveTokens,
  target: FoundTarget,
): Promise<Remaining[]> {
  if (isUnanswered(ctx)) return [];
  const [family, user, client] = await Promise.all([
    familyRemains(ctx, live, target),
    userRemains(ctx, live, target),
    clientRemains(ctx, target),
  ]);
  return [...family, ...user, ...client];
}
