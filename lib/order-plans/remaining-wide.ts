import { answerWithin, isUnanswered } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { countLive, type LiveTokens } from "../revocations/live-tokens.ts";
import type { Remaining } from "../revocations/model.ts";
import { readRemaining } from "../revocations/remaining.ts";
import type { PlanTarget } from "./plan-target.ts";
import { plural } from "./plan-words.ts";

/** How long sign-on sessions may be counted. */
const SESSIONS_WAIT_MS = 1_000;

function reissue(says: string, href: string, count = 1): Remaining {
  return { kind: "reissue", count, isExact: true, says, href, until: null };
}

async function permissionRemains(ctx: Context, name: string): Promise<Remaining[]> {
  const [row] = await run<{ clients: bigint }>(
    ctx.db,
    sql`SELECT count(*) AS clients FROM client c JOIN client_permission cp ON cp.client_id = c.id JOIN permission p ON p.id = cp.permission_id
      WHERE p.name = ${name} AND c.disabled_at IS NULL`,
  );
  const clients = Number(row?.clients ?? 0);
  if (clients === 0) return [];
  return [
    reissue(
      `${plural(clients, "client", "clients")} can still be given new tokens with this permission. Take it from them to end that.`,
      "/clients",
      clients,
    ),
  ];
}

async function keyRemains(ctx: Context, kid: string): Promise<Remaining[]> {
  const [key] = await run<{ state: string }>(ctx.db, sql`SELECT state FROM signing_key WHERE kid = ${kid}`);
  if (key?.state !== "active") return [];
  return [
    reissue(
      "The key still signs: new tokens are made with it and refused at once. Rotate it first, or nobody gets a token that works.",
      "/keys",
    ),
  ];
}

async function everythingRemains(ctx: Context): Promise<Remaining[]> {
  const rows = await withinTime<{ sessions: bigint }>(
    ctx.db,
    sql`SELECT count(*) AS sessions FROM protocol_state p WHERE p.model = 'Session' AND p.account_id IS NOT NULL
      AND (p.expires_at IS NULL OR p.expires_at > ${ctx.now}::timestamptz)`,
    answerWithin(ctx, SESSIONS_WAIT_MS),
  );
  const sessions = Number(rows?.[0]?.sessions ?? 0);
  const remains = [
    reissue("Clients can get new tokens with their secrets, and users by signing in again.", "/clients"),
  ];
  const isExact = rows !== null;
  if (sessions === 0 && isExact) return remains;
  const stay = isExact
    ? plural(sessions, "sign-on session stays", "sign-on sessions stay")
    : "Sign-on sessions stay";
  const says = `${stay}: their users can get new tokens without signing in again.`;
  return [
    { kind: "sign_on_sessions", count: sessions, isExact, says, href: "/users", until: null },
    ...remains,
  ];
}

async function membersRemain(ctx: Context, memberIds: readonly string[]): Promise<Remaining[]> {
  const [row] = await run<{ count: bigint }>(
    ctx.db,
    sql`SELECT count(*) AS count FROM user_account WHERE id = ANY (${memberIds}::uuid[]) AND disabled_at IS NULL`,
  );
  const count = Number(row?.count ?? 0);
  if (count === 0) return [];
  const says = `${plural(count, "member", "members")} can sign in again and get new tokens. Disable them to end that.`;
  return [{ kind: "user_sign_in", count, isExact: true, says, href: "/users", until: null }];
}

/** Live tokens of the same families that a frozen selection leaves out: a refresh token among them makes new ones. */
async function selectionRemains(ctx: Context, live: LiveTokens, id: string): Promise<Remaining[]> {
  const selected = sql`SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${id}::uuid`;
  const families = sql`SELECT f.family_id FROM (${selected}) n JOIN token f ON f.issued_at = uuid_extract_timestamp(n.id) AND f.id = n.id`;
  const others = await countLive(
    ctx.db,
    live,
    sql`t.family_id IN (${families}) AND t.id NOT IN (${selected})`,
    answerWithin(ctx, 1_000),
  );
  const remains = [reissue("Tokens that are issued from now on are not in the selection.", "/tokens")];
  if (others.value === 0 && others.isExact) return remains;
  const many =
    others.value === 0
      ? "Tokens"
      : `${others.isExact ? "" : "At least "}${plural(others.value, "token", "tokens")}`;
  const says = `${many} of the same families are not in the selection and go on: with a refresh token among them new ones are made. Revoke those families to end that.`;
  return [
    { kind: "same_families", count: others.value, isExact: others.isExact, says, href: null, until: null },
    ...remains,
  ];
}

/** What still works after an order on any target: for those that are taken back in one act, what `readRemaining` says. Nothing where nobody reads it. */
export async function readRemainingOf(
  ctx: Context,
  live: LiveTokens,
  target: PlanTarget,
): Promise<Remaining[]> {
  if (isUnanswered(ctx)) return [];
  if (target.found !== null) return readRemaining(ctx, live, target.found);
  if (target.memberIds !== null) return membersRemain(ctx, target.memberIds);
  switch (target.kind) {
    case "permission":
      return permissionRemains(ctx, target.id);
    case "group":
      return [reissue("New tokens of its members carry the group again.", "/groups")];
    case "audience":
      return [reissue("New tokens can be issued for this audience.", "/audiences")];
    case "signing_key":
      return keyRemains(ctx, target.id);
    case "everything":
      return everythingRemains(ctx);
    case "selection":
      return selectionRemains(ctx, live, target.id);
    default:
      return [];
  }
}
