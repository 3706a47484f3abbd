import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { findEndingOrder } from "./already-revoked.ts";
import { type FoundTarget, getTarget } from "./find-target.ts";
import { countLive, type LiveTokens, lateEnoughToLive, liveTokens } from "./live-tokens.ts";
import { type Caller, COUNT_MAX, type RevocableKind, type RevocationPreview } from "./model.ts";
import { readCallers } from "./read-callers.ts";
import { readRemaining } from "./remaining.ts";

async function readHolders(
  ctx: Context,
  live: LiveTokens,
  target: FoundTarget,
): Promise<{ users: number; clients: number }> {
  const [row] = await run<{ users: bigint; clients: bigint }>(
    ctx.db,
    sql`SELECT count(DISTINCT x.user_id) AS users, count(DISTINCT x.client_id) AS clients FROM (SELECT t.user_id, t.client_id
      ${live(target.tokens)} LIMIT ${COUNT_MAX}::int) x`,
  );
  return { users: Number(row?.users ?? 0), clients: Number(row?.clients ?? 0) };
}

function plural(count: number, one: string, more: string): string {
  return count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${more}`;
}

function named(callers: readonly Caller[]): string {
  const names = callers.slice(0, 5).map((caller) => caller.name);
  return `${names.join(", ")}${callers.length > 5 ? ` and ${callers.length - 5} more` : ""}`;
}

function sentencesOf(preview: Omit<RevocationPreview, "sentences">): string[] {
  const { tokens, users, clients, callers, target } = preview;
  const sentences: string[] = [];
  if (preview.widensTo !== null)
    sentences.push(
      "This is a refresh token: its whole family ends with it, because whoever holds it may hold what it made.",
    );
  if (preview.isAlreadyRevoked) sentences.push("It is revoked already: revoking again changes nothing.");
  else if (tokens.value === 0) sentences.push("No live token is left to stop; the order holds all the same.");
  else {
    const many = `${tokens.isExact ? "" : "At least "}${plural(tokens.value, "token", "tokens")}`;
    const of = users > 0 ? ` of ${plural(users, "user", "users")}` : "";
    const through = clients > 1 ? ` through ${plural(clients, "client", "clients")}` : "";
    const verb = tokens.value === 1 && tokens.isExact ? "stops" : "stop";
    sentences.push(`${many}${of}${through} ${verb} working, everywhere and at once.`);
  }
  const clientCallers = callers.filter((caller) => caller.kind === "client");
  const verifierCallers = callers.filter((caller) => caller.kind === "verifier");
  const isOne = tokens.value === 1 && tokens.isExact;
  const them = isOne ? "it" : "them";
  if (callers.length === 0) sentences.push(`Nobody used ${them} in the last 24 hours.`);
  if (clientCallers.length > 0)
    sentences.push(
      `${plural(clientCallers.length, "client", "clients")} used ${them} in the last 24 hours: ${named(clientCallers)}.`,
    );
  if (verifierCallers.length > 0)
    sentences.push(
      `${isOne ? "It was" : "They were"} accepted at ${named(verifierCallers)} in the last 24 hours.`,
    );
  if (target.kind === "user") sentences.push("The user's sign-in sessions end too.");
  if (target.kind === "session") sentences.push("The sign-in session ends too.");
  sentences.push("This cannot be undone; new tokens can be issued.");
  return sentences;
}

/**
 * What revoking a target would do, in counts and words. Changes nothing and binds nothing. Needs `order:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function previewRevocation(
  ctx: Context,
  { kind, id }: { kind: RevocableKind; id: string },
): Promise<RevocationPreview> {
  requirePermission(ctx, "order:read");
  const asked = await getTarget(ctx.db, kind, id);
  const widened =
    asked.token?.kind === "refresh" && asked.familyId !== null
      ? await getTarget(ctx.db, "family", asked.familyId)
      : null;
  const target = widened ?? asked;
  const [live, ofLate] = await Promise.all([liveTokens(ctx), lateEnoughToLive(ctx, target)]);
  const [ending, tokens, holders, callers, remains] = await Promise.all([
    findEndingOrder(ctx.db, target, ctx.now),
    countLive(ctx.db, live, ofLate.tokens),
    readHolders(ctx, live, ofLate),
    readCallers(ctx, { from: sql`token t`, where: target.tokens }),
    readRemaining(ctx, live, target),
  ]);
  const preview = {
    target: { kind: asked.kind, id: asked.id, name: asked.name },
    widensTo: widened === null ? null : { kind: widened.kind, id: widened.id, name: widened.name },
    isAlreadyRevoked: ending !== null,
    tokens,
    ...holders,
    callers,
    remains,
  };
  return { ...preview, sentences: sentencesOf(preview) };
}
