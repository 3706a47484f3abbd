import type { KoaContextWithOIDC } from "oidc-provider";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { readVerdict } from "#lib/protocol/read-verdict.ts";
import type { OrderSubject } from "#lib/revocations/model.ts";
import type { NewToken } from "#lib/tokens/register.ts";
import type { TokenUseRow } from "#lib/verification/use-writer.ts";
import { logFailure } from "#server/log-failure.ts";
import type { EngineDeps } from "./deps.ts";
import { endReplayedFamily, refreshUse } from "./end-family.ts";
import { Exchange, runExchange } from "./exchange.ts";
import { endOldestSignIns } from "./limit-refresh-tokens.ts";
import { factsOf, type RequestFacts } from "./request-facts.ts";
import { revokeSuperseded } from "./second-use.ts";

function subjectOf(token: NewToken): OrderSubject {
  return { ...token, rootedAtMs: token.rootedAt.getTime() };
}

function refuse(ctx: KoaContextWithOIDC, status: number, error: string, description: string): void {
  ctx.status = status;
  ctx.type = "json";
  ctx.body = { error, error_description: description };
}

export function answerUnavailable(ctx: KoaContextWithOIDC): void {
  refuse(
    ctx,
    503,
    "temporarily_unavailable",
    "The authority cannot reach its database or is behind it. Ask again.",
  );
}

/**
 * Writes what an exchange issued, looks at the orders once more, and commits: only then may the answer leave.
 *
 * @returns false where an order reached the tokens in the meantime; then nothing is written.
 */
async function settle(
  deps: EngineDeps,
  exchange: Exchange,
  use: TokenUseRow | null,
  facts: RequestFacts,
): Promise<boolean> {
  await deps.register.recordIn(exchange.sql, exchange.tokens);
  if (use !== null) await deps.writer.write(exchange.sql, [use], null);
  const verdict = await readVerdict(exchange.sql, exchange.tokens.map(subjectOf), Date.now());
  if (verdict.isRevoked || verdict.isSuspended) {
    exchange.refusal = verdict.isRevoked ? "revoked" : "suspended";
    return false;
  }
  await revokeSuperseded(deps, exchange, facts);
  await endOldestSignIns(deps, exchange, facts);
  await exchange.commit();
  return true;
}

async function recordRefusal(deps: EngineDeps, ctx: KoaContextWithOIDC, exchange: Exchange): Promise<void> {
  const { presented, refusal } = exchange;
  if (presented === null || refusal === null) return;
  const facts = factsOf(deps, ctx.req);
  if (exchange.isReplayed) return endReplayedFamily(deps, presented, facts);
  const use = refreshUse(presented, refusal, facts);
  if (use === null) return;
  await deps.writer.write(deps.db, [use], null);
  deps.countUses([use]);
}

/**
 * Runs the token endpoint. An exchange of a code or refresh token is one transaction, committed before the answer leaves or rolled back
 * with it; what a refusal must leave behind is written after the rollback. Where that cannot be written, the answer is 503.
 */
export function createTokenEndpoint(deps: EngineDeps) {
  return async function tokenEndpoint(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    if (ctx.method !== "POST" || ctx.path !== "/oauth/token") return next();
    // nobody waits for a database that has been silent for seconds
    if (deps.isStale()) return answerUnavailable(ctx);
    const exchange = new Exchange(deps.db.pool, deps.gate);
    try {
      await runExchange(exchange, next);
      if (!exchange.isBegun && exchange.presented === null) return;
      if (ctx.status === 200) {
        const { presented } = exchange;
        const facts = factsOf(deps, ctx.req);
        const use = presented === null ? null : refreshUse(presented, null, facts);
        if (await settle(deps, exchange, use, facts)) {
          // counted is answered: an answer that never left may be asked for again
          if (use !== null) ctx.res.once("finish", () => deps.countUses([use]));
          return;
        }
        refuse(ctx, 400, "invalid_grant", "grant request is invalid");
      }
      await exchange.rollback();
      if (ctx.status < 500) await recordRefusal(deps, ctx, exchange);
    } catch (error) {
      await exchange.rollback();
      const isAway = isUnavailable(error) || isProtocolUnavailable(error);
      const { requestId } = factsOf(deps, ctx.req);
      logFailure(deps.log, error, { requestId }, "an exchange failed", isAway);
      if (!isAway)
        refuse(ctx, 500, "server_error", "Something went wrong here. The request id leads to the log.");
      else answerUnavailable(ctx);
    } finally {
      exchange.leave();
    }
  };
}

function isProtocolUnavailable(error: unknown): boolean {
  return (error as { statusCode?: unknown }).statusCode === 503;
}
