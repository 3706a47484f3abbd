import type { Context } from "../context.ts";
import type { OrderRecord } from "../revocations/order-row.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import type { TokenRow, VerifierStanding } from "../tokens/model.ts";
import { readClockSkew } from "../tokens/state-sql.ts";
import { readFeedPlace } from "./feed-place.ts";
import { reachOf } from "./journey.ts";
import { journeyOf, lastHeardMs } from "./journey-of-order.ts";
import { reachWords } from "./journey-words.ts";
import type { Journey } from "./model.ts";
import { readEvidence } from "./read-accepted-uses.ts";
import { type OrderChecker, readOrderCheckers } from "./read-checkers.ts";

export type TokenPropagation = {
  verifiers: VerifierStanding[];
  /** Of the order that took it back; null for a token that was not. */
  journey: Journey | null;
};

/** The verifiers that answer for a token's audiences, and until when each can still accept it. A refresh token is shown to none. */
export async function readTokenPropagation(
  ctx: Context,
  token: TokenRow,
  { decides, clientDisabledAt }: { decides: OrderRecord | null; clientDisabledAt: Date | null },
): Promise<TokenPropagation> {
  if (token.kind === "refresh") return { verifiers: [], journey: null };
  const skewMs = (await readClockSkew(ctx.db)) * 1_000;
  const order = token.state === "revoked" || token.state === "suspended" ? decides : null;
  const place =
    order === null
      ? { position: null, committedAt: clientDisabledAt ?? ctx.now }
      : await readFeedPlace(ctx.db, order, ctx.now);
  const placedAt = order?.createdAt ?? clientDisabledAt ?? ctx.now;
  const checkers = await readOrderCheckers(ctx.db, { audiences: token.audiences, placedAt, ...place });
  const lastTokenMs = token.format === "jwt" ? Date.parse(token.expiresAt) + skewMs : null;
  if (order !== null) {
    const journey = journeyOf(
      {
        order,
        lastTokenMsOf: (audience) => (token.audiences.includes(audience) ? lastTokenMs : undefined),
        isExact: true,
        evidence: await readEvidence(ctx.db, order, tokensOfTarget("token", token.id), {
          toleranceMs: skewMs,
        }),
        toleranceMs: skewMs,
        committedAt: place.committedAt,
        now: ctx.now,
      },
      checkers,
    );
    const verifiers = journey.rows.map((row) => ({
      verifierId: row.verifierId,
      name: row.name,
      checkWay: row.checkWay,
      mode: row.mode,
      audiences: row.audiences,
      acceptsUntil: row.state === "open" ? (row.until ?? token.expiresAt) : null,
      says: row.says,
      lastSeenAt: row.lastHeardAt,
    }));
    return { verifiers, journey };
  }
  const verifiers = checkers.flatMap((checker) => {
    const told = standing(token, checker, { clientDisabledAt, lastTokenMs, now: ctx.now });
    if (told === null) return [];
    const heardMs = lastHeardMs(checker);
    return {
      verifierId: checker.id,
      name: checker.name,
      checkWay: checker.checkWay,
      mode: checker.mode,
      audiences: checker.audiences.filter((name) => token.audiences.includes(name)),
      lastSeenAt: heardMs === null ? null : new Date(heardMs).toISOString(),
      ...told,
    };
  });
  return { verifiers, journey: null };
}

/** Of a token that no order took back; null for a disabled verifier that accepts nothing any more. */
function standing(
  token: TokenRow,
  checker: OrderChecker,
  {
    clientDisabledAt,
    lastTokenMs,
    now,
  }: { clientDisabledAt: Date | null; lastTokenMs: number | null; now: Date },
): { acceptsUntil: string | null; says: string } | null {
  if (checker.disabledAtMs !== null) return ofDisabled(token, checker, { lastTokenMs, now });
  if (token.state === "expired" || token.state === "consumed")
    return { acceptsUntil: null, says: "Refuses it: its lifetime is over." };
  if (clientDisabledAt !== null) {
    // who follows the feed hears of it, but says of no position that it has
    const atMs = clientDisabledAt.getTime();
    const taken = { committedAtMs: atMs, holdsFromMs: atMs, isScheduled: false, lastTokenAtMs: lastTokenMs };
    const { isOver, endsMs } = reachOf(checker, taken, now.getTime());
    return isOver
      ? { acceptsUntil: null, says: "Refuses it: the client is disabled." }
      : {
          acceptsUntil: new Date(endsMs).toISOString(),
          says: "The client is disabled: it refuses by then, as soon as it hears of it.",
        };
  }
  const asksOnly = checker.instances.every(({ way }) => way === "introspection");
  const says =
    checker.askedAtMs !== null && asksOnly
      ? "Asks at each use, and accepts it until it expires."
      : "Accepts it until it expires.";
  return { acceptsUntil: token.expiresAt, says };
}

/** It is told nothing any more: until when it can go on to accept the token does not depend on any order. */
function ofDisabled(
  token: TokenRow,
  checker: OrderChecker,
  { lastTokenMs, now }: { lastTokenMs: number | null; now: Date },
): { acceptsUntil: string; says: string } | null {
  if (token.state === "expired" || token.state === "consumed") return null;
  const nowMs = now.getTime();
  const taken = { committedAtMs: nowMs, holdsFromMs: nowMs, isScheduled: false, lastTokenAtMs: lastTokenMs };
  const { endsMs, because } = reachOf(checker, taken, nowMs);
  if (endsMs <= nowMs) return null;
  return because === "disabled"
    ? { acceptsUntil: new Date(endsMs).toISOString(), says: reachWords("disabled", false) }
    : {
        acceptsUntil: token.expiresAt,
        says: "Is disabled. By what is known it accepts it until it expires.",
      };
}
