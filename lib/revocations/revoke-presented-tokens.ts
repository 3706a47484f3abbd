import { entrySalt } from "../audit/entry-salt.ts";
import { createBatcher } from "../db/batcher.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import type { Order } from "./model.ts";
import { holderName, readEmails, targetName } from "./target-name.ts";

/** A token that its own client handed in to be revoked. */
export type PresentedToken = {
  tokenId: string;
  familyId: string;
  /** A refresh token takes its family with it. */
  kind: "access" | "refresh";
  /** Whose token it is: null where it is the client's own. */
  userId: string | null;
  client: { id: string; clientId: string; name: string };
  requestId: string;
  ip: string | null;
  userAgent: string | null;
};

// Orders, standings and audit entries of a batch in one statement: they commit together. An access token that is revoked already gets
// neither a second order nor a second entry; the same holds for a family. The feed's head is locked before the chain's, as everywhere.
const REVOKE = prepared(`
  WITH input AS MATERIALIZED (
    SELECT i.*, row_number() OVER (ORDER BY i.ordinal) AS n FROM json_to_recordset($1::json) AS i(ordinal int, order_id uuid, entry_id uuid,
      target_kind text, target_id text, target_name text, actor_id text, actor_name text, request_id text, ip text, user_agent text, salt text)
    WHERE NOT EXISTS (SELECT FROM revocation_order o WHERE o.verb = 'revoke' AND o.target_kind = i.target_kind AND o.target_id = i.target_id
      AND o.effective_from <= o.created_at)
  ), total AS (SELECT count(*) AS count FROM input),
  head AS (UPDATE feed_head SET position = position + total.count FROM total WHERE id = 1 AND total.count > 0 RETURNING position),
  clock AS (SELECT greatest(clock_timestamp(), $2::timestamptz)::timestamptz(3) AS at),
  ordered AS (
    INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, note, effective_from, actor_kind,
      actor_id, actor_name, created_at, settled_at, settled_count)
    SELECT i.order_id, head.position - total.count + i.n, 'revoke', i.target_kind, i.target_id, i.target_name, NULL, 'user_request',
      'by its client at the revocation endpoint', clock.at, 'client', i.actor_id, i.actor_name, clock.at,
      CASE i.target_kind WHEN 'token' THEN clock.at END, CASE i.target_kind WHEN 'token' THEN 1 ELSE 0 END
    FROM input i, head, total, clock
  ), standing AS (
    INSERT INTO token_standing (token_id, revoked_at, revoked_order_id)
    SELECT i.target_id::uuid, clock.at, i.order_id FROM input i, head, clock WHERE i.target_kind = 'token'
    ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id
    WHERE token_standing.revoked_at IS NULL
  ), chain AS (UPDATE audit_chain SET sequence = sequence + total.count FROM total, head WHERE id = 'admin' RETURNING sequence),
  entries AS (
    INSERT INTO audit_entry (id, sequence, at, actor_kind, actor_id, actor_name, act, outcome, target_kind, target_id, target_name, reason,
      after, request_id, ip, user_agent, salt)
    SELECT i.entry_id, chain.sequence - total.count + i.n, clock.at, 'client', i.actor_id, i.actor_name, i.target_kind || '.revoked', 'done',
      i.target_kind, i.target_id, i.target_name, 'user_request', jsonb_build_object('orderId', i.order_id), i.request_id, i.ip, i.user_agent, decode(i.salt, 'hex')
    FROM input i, chain, total, clock
  )
  SELECT coalesce((SELECT position FROM head), (SELECT position FROM feed_head WHERE id = 1)) AS position, total.count FROM total`);

export type PresentedTokenRevokerOptions = {
  /** Told of the orders that were placed, once they are committed, where their positions are known without reading them. */
  onPlaced?(orders: readonly Order[]): void;
  now?(): Date;
};

function placed(
  row: { order_id: string; target_kind: "family" | "token"; target_id: string },
  head: { position: bigint; count: bigint },
  index: number,
): Order {
  return {
    id: row.order_id,
    position: head.position - head.count + BigInt(index + 1),
    verb: "revoke",
    targetKind: row.target_kind,
    targetId: row.target_id,
    cutoffMs: null,
    effectiveFromMs: Number.NEGATIVE_INFINITY,
    expiresAtMs: null,
    reason: "user_request",
    cancelsId: null,
  };
}

/**
 * Revokes presented tokens for their clients; those of the same moment share one transaction with their audit entries.
 * Idempotent: what is revoked already stays as it is.
 *
 * @returns the feed's position from which on the revocation is in force.
 * @see RFC 7009
 */
export function createPresentedTokenRevoker(
  db: Sql,
  { onPlaced, now = () => new Date() }: PresentedTokenRevokerOptions = {},
): (token: PresentedToken) => Promise<bigint> {
  const batcher = createBatcher<PresentedToken, bigint>({
    maxBatch: 200,
    // one at a time: the feed's head is one row, a second transaction would only wait for it
    maxInFlight: 1,
    run: async (tokens) => {
      const at = now();
      const seen = new Set<string>();
      const rows = [];
      const emails = await readEmails(
        db,
        tokens.map((token) => token.userId),
      );
      for (const [ordinal, token] of tokens.entries()) {
        const isFamily = token.kind === "refresh";
        const targetId = isFamily ? token.familyId : token.tokenId;
        if (seen.has(targetId)) continue;
        seen.add(targetId);
        const { userId, client } = token;
        const email = userId === null ? null : (emails.get(userId) ?? null);
        const holder = holderName({ userId, email, clientUuid: client.id, clientId: client.clientId });
        rows.push({
          ordinal,
          order_id: uuidv7(at),
          entry_id: uuidv7(at),
          target_kind: isFamily ? ("family" as const) : ("token" as const),
          target_id: targetId,
          target_name: targetName(isFamily ? "family" : "access token", targetId, holder),
          actor_id: client.id,
          actor_name: client.name,
          request_id: token.requestId,
          ip: token.ip,
          user_agent: token.userAgent,
          salt: entrySalt().toString("hex"),
        });
      }
      const [head] = await db.query<{ position: bigint; count: bigint }>(REVOKE, [JSON.stringify(rows), at]);
      if (head === undefined) throw new Error("the feed of revocations has no head");
      // each row became an order: none of the targets had been revoked before
      if (head.count === BigInt(rows.length)) onPlaced?.(rows.map((row, index) => placed(row, head, index)));
      return tokens.map(() => head.position);
    },
  });
  return (token) => batcher.add(token);
}
