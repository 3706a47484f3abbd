import { run, sql } from "../list-query/sql-fragment.ts";
import { IS_CANCELLED } from "../revocations/order-row.ts";
import type { CaseTokens } from "./case-tokens.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** A stretch of time in which a token is refused; `until` null: from then on for ever. */
export type Refusal = {
  from: Date;
  /** From when on nobody may accept it: its order was committed by then. A use of before was decided without it. */
  holdsFrom: Date;
  until: Date | null;
  /** Whether somebody took it back, rather than that it expired or was exchanged. */
  wasTakenBack: boolean;
};

type Reached = { id: string; verb: "revoke" | "suspend"; from: Date; holdsFrom: Date; until: Date | null };

/** No transaction that places an order goes on for longer. */
const COMMIT = "60 seconds";

/**
 * When an order `o` held: its own time is that of the request that placed it, and its commit comes after. The first look at the feed that found it there tells by when. Of
 * old orders such looks are kept no more.
 */
const HOLDS_FROM = sql`greatest(o.effective_from, (SELECT k.at FROM (SELECT k.at FROM feed_sighting k WHERE k.position >= o.position ORDER BY k.position LIMIT 1) k
  WHERE o.effective_from <= o.created_at AND k.at <= o.created_at + ${COMMIT}::interval))`;

/** Revocations and suspensions that reached some tokens, whoever placed them; of suspensions until they ran out or were given back. */
async function readReached(ctx: Reader, ids: readonly string[]): Promise<Reached[]> {
  // every target that can name a token, as `readReachingOrders` has them
  return run<Reached>(
    ctx.db,
    sql`WITH c AS MATERIALIZED (SELECT t.id, t.family_id, t.client_id, t.user_id, t.session_uid, t.signing_kid, t.scopes, t.groups, t.audiences, t.rooted_at
          FROM unnest(${ids}::uuid[]) AS p(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id),
        k AS MATERIALIZED (SELECT 'token' AS kind, c.id::text AS target, c.id FROM c
          UNION ALL SELECT 'family', c.family_id::text, c.id FROM c
          UNION ALL SELECT 'client', c.client_id::text, c.id FROM c
          UNION ALL SELECT 'user', c.user_id::text, c.id FROM c WHERE c.user_id IS NOT NULL
          UNION ALL SELECT 'session', c.session_uid, c.id FROM c WHERE c.session_uid IS NOT NULL
          UNION ALL SELECT 'signing_key', c.signing_kid, c.id FROM c WHERE c.signing_kid IS NOT NULL
          UNION ALL SELECT 'everything', '*', c.id FROM c
          UNION ALL SELECT 'permission', unnest(c.scopes), c.id FROM c
          UNION ALL SELECT 'group', unnest(c.groups), c.id FROM c
          UNION ALL SELECT 'audience', unnest(c.audiences), c.id FROM c
          UNION ALL SELECT 'selection', s.selection_id::text, s.token_id FROM selection_token s WHERE s.token_id = ANY (${ids}::uuid[])),
        o AS MATERIALIZED (SELECT o.target_kind, o.target_id, o.verb, o.cutoff, o.effective_from, ${HOLDS_FROM} AS holds_from,
            CASE WHEN o.verb = 'suspend' THEN least(o.expires_at, (SELECT min(r.effective_from) FROM revocation_order r WHERE r.verb = 'restore'
              AND r.target_kind = o.target_kind AND r.target_id = o.target_id AND r.position > o.position)) END AS until
          FROM (SELECT DISTINCT k.kind, k.target FROM k) d JOIN revocation_order o ON o.target_kind = d.kind AND o.target_id = d.target
          WHERE o.verb IN ('revoke', 'suspend') AND (o.effective_from <= o.created_at OR o.effective_from <= ${ctx.now}::timestamptz) AND NOT ${IS_CANCELLED})
      SELECT k.id, o.verb, min(o.effective_from) AS "from", min(o.holds_from) AS "holdsFrom", o.until FROM o JOIN k ON k.kind = o.target_kind AND k.target = o.target_id JOIN c ON c.id = k.id
      WHERE o.cutoff IS NULL OR c.rooted_at <= o.cutoff GROUP BY k.id, o.verb, o.until`,
  );
}

/** When refresh tokens were exchanged. */
async function readExchanges(ctx: Reader, ids: readonly string[]): Promise<{ id: string; at: Date }[]> {
  return run(
    ctx.db,
    sql`SELECT c.token_id AS id, c.consumed_at AS at FROM unnest(${ids}::uuid[]) AS p(id) JOIN refresh_consumption c ON c.token_id = p.id`,
  );
}

/** The first of a case's own revocations: of what has left the register nothing tells which order reached it. */
async function readFirstRevocation(ctx: Reader, incidentId: string): Promise<Date | null> {
  const [order] = await run<{ from: Date | null }>(
    ctx.db,
    sql`SELECT min(o.effective_from) AS "from" FROM revocation_order o WHERE o.incident_id = ${incidentId}::uuid AND o.verb = 'revoke' AND NOT ${IS_CANCELLED}`,
  );
  return order?.from ?? null;
}

/**
 * When each token of a case was refused: from its revocation, exchange or expiry on, and as long as it was suspended; by orders of the case and all others.
 * Between a suspension that ended and what came after it a token works. Those that were named come first. One that has left the register was refused from the case's first revocation on, for
 * all that is still known. Authorise before: this does not.
 */
export async function readRefusals(
  ctx: Reader,
  incidentId: string,
  { rows, namedIds, leftIds }: Pick<CaseTokens, "rows" | "namedIds" | "leftIds">,
): Promise<Map<string, Refusal[]>> {
  const ids = rows.map(({ id }) => id);
  // those that were named come first, so that of more uses than are looked at theirs are
  const refusals = new Map<string, Refusal[]>([...namedIds, ...leftIds].map((id) => [id, []]));
  for (const row of rows) {
    const expiresAt = new Date(row.expiresAt);
    refusals.set(row.id, [{ from: expiresAt, holdsFrom: expiresAt, until: null, wasTakenBack: false }]);
  }
  for (const { id, from, holdsFrom, until } of await readReached(ctx, ids))
    refusals.get(id)?.push({ from, holdsFrom, until, wasTakenBack: true });
  for (const row of rows) {
    if (row.state !== "revoked" || row.endedAt === null) continue;
    const endedAt = new Date(row.endedAt);
    const isTold = refusals
      .get(row.id)
      ?.some(({ from, until, wasTakenBack }) => wasTakenBack && until === null && from <= endedAt);
    // written down for it by an order of which nothing else is left
    if (!isTold)
      refusals.get(row.id)?.push({ from: endedAt, holdsFrom: endedAt, until: null, wasTakenBack: true });
  }
  for (const { id, at } of await readExchanges(ctx, ids))
    refusals.get(id)?.push({ from: at, holdsFrom: at, until: null, wasTakenBack: false });
  const first = leftIds.length === 0 ? null : await readFirstRevocation(ctx, incidentId);
  for (const id of leftIds)
    refusals.set(
      id,
      first === null ? [] : [{ from: first, holdsFrom: first, until: null, wasTakenBack: true }],
    );
  return refusals;
}
