import type pg from "pg";
import { uuidv7 } from "#lib/ids.ts";
import type { Specimens } from "./invent-tokens.ts";
import { RandomIds } from "./random-ids.ts";
import { RARE, type SyntheticOrganisation } from "./synthetic-organisation.ts";

const DAY = 86_400_000;

type PastOrder = {
  id: string;
  verb: "revoke" | "suspend";
  kind: string;
  target: string;
  name: string;
  at: string;
  cutoff: string | null;
  reason: string;
};

function pastOrders(
  organisation: SyntheticOrganisation,
  specimens: Specimens,
  rows: number,
  until: number,
): PastOrder[] {
  const random = new RandomIds(rows + 1);
  const order = (
    kind: string,
    target: string,
    at: number,
    reason: string,
    verb: PastOrder["verb"] = "revoke",
  ) => ({
    id: uuidv7(at),
    verb,
    kind,
    target,
    name: target,
    at: new Date(at).toISOString(),
    cutoff: kind === "token" || kind === "family" ? null : new Date(at).toISOString(),
    reason,
  });
  const since = (at: number) => at + Math.floor((until - at) * random.next() ** 2);
  const share = (one: number) => Math.max(1, Math.round(rows / one));
  const user = () => organisation.users[random.below(organisation.users.length)]?.id as string;
  const leaver = organisation.clients[Math.floor(organisation.clients.length * 0.4)]?.id as string;
  const recent = () => until - Math.floor(random.next() * 60 * DAY);
  return [
    ...specimens.tokens
      .slice(0, share(8_000))
      .map(({ id, issuedAt }) => order("token", id, since(issuedAt), "token_leaked")),
    ...specimens.families
      .slice(0, share(10_000))
      .map(({ id, rootedAt }) => order("family", id, since(rootedAt), "user_request")),
    ...Array.from({ length: share(20_000) }, () => order("user", user(), recent(), "account_compromise")),
    order("client", leaver, until - 30 * DAY, "policy"),
    order("permission", RARE.permission, until - 5 * DAY, "privilege_withdrawn"),
    ...Array.from({ length: share(50_000) }, () => order("user", user(), until - DAY, "policy", "suspend")),
  ];
}

const BY_TARGET = `
  SELECT o.id AS order_id, o.position, o.effective_from, t.id FROM revocation_order o JOIN token t ON t.issued_at = uuid_extract_timestamp(o.target_id::uuid) AND t.id = o.target_id::uuid
    WHERE o.target_kind = 'token' AND o.verb = $1
  UNION ALL SELECT o.id, o.position, o.effective_from, t.id FROM revocation_order o JOIN token t ON t.family_id = o.target_id::uuid WHERE o.target_kind = 'family' AND o.verb = $1
  UNION ALL SELECT o.id, o.position, o.effective_from, t.id FROM revocation_order o JOIN token t ON t.user_id = o.target_id::uuid AND t.rooted_at <= o.cutoff
    WHERE o.target_kind = 'user' AND o.verb = $1
  UNION ALL SELECT o.id, o.position, o.effective_from, t.id FROM revocation_order o JOIN token t ON t.client_id = o.target_id::uuid AND t.rooted_at <= o.cutoff
    WHERE o.target_kind = 'client' AND o.verb = $1
  UNION ALL SELECT o.id, o.position, o.effective_from, t.id FROM revocation_order o JOIN token_label l ON l.kind = 'scope' AND l.label = o.target_id
    JOIN token t ON t.issued_at = l.issued_at AND t.id = l.token_id AND t.rooted_at <= o.cutoff WHERE o.target_kind = 'permission' AND o.verb = $1`;

/** Orders of the past and what they did, settled: tokens, families, users, one client, one permission; and suspensions that hold. */
export async function placePastOrders(
  db: pg.Client,
  organisation: SyntheticOrganisation,
  specimens: Specimens,
  { rows, until }: { rows: number; until: Date },
): Promise<void> {
  const orders = pastOrders(organisation, specimens, rows, until.getTime()).toSorted((one, other) =>
    one.at < other.at ? -1 : 1,
  );
  await db.query(
    `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, effective_from, actor_kind, actor_id,
       actor_name, created_at, settled_at)
     SELECT r.id, n, r.verb, r.kind, r.target, r.name, r.cutoff, r.reason, r.at, 'system', 'synthetic', 'Synthetic (benchmark)', r.at, r.at
     FROM ROWS FROM (json_to_recordset($1) AS (id uuid, verb text, kind text, target text, name text, at timestamptz, cutoff timestamptz, reason text))
       WITH ORDINALITY AS r(id, verb, kind, target, name, at, cutoff, reason, n)`,
    [JSON.stringify(orders)],
  );
  await db.query("UPDATE feed_head SET position = $1 WHERE id = 1", [orders.length]);
  await db.query(
    `INSERT INTO token_standing (token_id, revoked_at, revoked_order_id)
     SELECT DISTINCT ON (id) id, effective_from, order_id FROM (${BY_TARGET}) AS reached ORDER BY id, position`,
    ["revoke"],
  );
  await db.query(
    `INSERT INTO token_standing AS s (token_id, suspended_at, suspended_order_id)
     SELECT DISTINCT ON (id) id, effective_from, order_id FROM (${BY_TARGET}) AS reached ORDER BY id, position
     ON CONFLICT (token_id) DO UPDATE SET suspended_at = excluded.suspended_at, suspended_order_id = excluded.suspended_order_id`,
    ["suspend"],
  );
  await db.query(
    `UPDATE revocation_order o SET settled_count = n.count FROM (
       SELECT coalesce(revoked_order_id, suspended_order_id) AS id, count(*) AS count FROM token_standing GROUP BY 1) n WHERE n.id = o.id`,
  );
}
