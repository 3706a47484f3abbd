import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { IS_CANCELLED, IS_RESTORED } from "../revocations/order-row.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import type { IncidentState } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";
import { HAS_OWN_SECRETS, ownSecretIsHeld, ownSecretWorks } from "./read-own-secrets.ts";
import { heldSecrets, openedUntil, takenSecrets } from "./read-taken-secrets.ts";

const inForce = (now: Date) =>
  sql`(o.effective_from <= o.created_at OR o.effective_from <= ${now}::timestamptz) AND NOT ${IS_CANCELLED}`;

/** Orders on the user or client that `incident_subject x` names. */
const ON_HOLDER = sql`revocation_order o WHERE o.target_kind = x.kind AND o.target_id = x.target_id::text`;

/**
 * Whether what the user or client `x` has counts at all. What they got after they were revoked is theirs by right: they signed in again, or use their new secret; and what
 * they had before is revoked by that.
 */
export const holderCounts = (now: Date) =>
  sql`(x.by_secret OR NOT EXISTS (SELECT FROM ${ON_HOLDER} AND o.verb = 'revoke' AND ${inForce(now)}))`;

/** Of a client of which a secret leaked, what was got with it: `token t` of `incident_subject x`. */
export const OPENED_BY = sql`(NOT x.by_secret OR (t.user_id IS NULL AND t.rooted_at < ${openedUntil("x")}))`;

/** The families that `incident_subject x` names, by themselves or by a token. */
const FAMILY = sql`CASE x.kind WHEN 'family' THEN x.target_id
  ELSE (SELECT n.family_id FROM token n WHERE n.issued_at = uuid_extract_timestamp(x.target_id) AND n.id = x.target_id) END`;

const SUBJECTS = sql`FROM incident_subject x WHERE x.incident_id = i.id AND x.kind`;

/** Whether a user or client of `incident i` has a token that counts, and of which `which` is true. */
function ofHolders(now: Date, which: Fragment): Fragment {
  const has = (column: Fragment) =>
    sql`EXISTS (SELECT FROM token t ${STATE_JOINS} WHERE t.${column} = x.target_id AND t.expires_at > ${now}::timestamptz
      AND t.expires_at >= i.compromised_from AND ${OPENED_BY} AND ${which})`;
  return sql`EXISTS (SELECT ${SUBJECTS} IN ('user', 'client') AND ${holderCounts(now)}
    AND CASE x.kind WHEN 'user' THEN ${has(sql`user_id`)} ELSE ${has(sql`client_id`)} END)`;
}

function ofFamilies(now: Date, which: Fragment): Fragment {
  // each family is looked up by itself, however many there are
  return sql`EXISTS (SELECT FROM incident_subject x CROSS JOIN LATERAL (SELECT FROM token t ${STATE_JOINS} WHERE t.family_id = ${FAMILY}
      AND t.expires_at > ${now}::timestamptz AND ${which} LIMIT 1) y WHERE x.incident_id = i.id AND x.kind IN ('token', 'family'))`;
}

/** Whether the case names anything that can work: a forged token is nobody's. */
const HAS_SOMETHING = sql`EXISTS (SELECT ${SUBJECTS} IN ('token', 'family')) OR EXISTS (SELECT ${SUBJECTS} IN ('user', 'client') AND (x.by_secret OR CASE x.kind
  WHEN 'user' THEN EXISTS (SELECT FROM token t WHERE t.user_id = x.target_id AND t.expires_at >= i.compromised_from)
  ELSE EXISTS (SELECT FROM token t WHERE t.client_id = x.target_id AND t.expires_at >= i.compromised_from) END)) OR ${HAS_OWN_SECRETS}`;

/**
 * How `incident i` stands at this moment, one of INCIDENT_STATES: the one place that tells it, for a list, its filter, a page and the worker that writes it down.
 * Open while a token of it works, a secret that leaked gets new ones, or one of the product's own works; held while some are only suspended, or a secret that leaked is refused only while its owner is disabled; contained where nothing of it works, or can again. A case of which nothing is on record stands as a person
 * said. What has ended for good is not read again (`ended_at`): a revocation is never taken back, and more that comes to a case takes that mark away.
 */
export async function caseStateSql({ db, now }: Reader): Promise<Fragment> {
  const { isRevoked, isSuspended, isConsumed } = stateSql(
    await readPendingOrders(db, now),
    now,
    await readClockSkew(db),
  );
  const works = sql`NOT ${isRevoked} AND NOT (${isConsumed}) AND NOT ${isSuspended}`;
  const isHeld = sql`NOT ${isRevoked} AND NOT (${isConsumed}) AND ${isSuspended}`;
  // what was issued before a suspension of all of a large holder is not asked one by one
  const beyond = sql`t.issued_at > coalesce((SELECT max(o.cutoff) FROM ${ON_HOLDER} AND o.verb = 'suspend' AND (o.expires_at IS NULL OR o.expires_at > ${now}::timestamptz)
    AND ${inForce(now)} AND NOT ${IS_RESTORED}), '-infinity')`;
  return sql`CASE WHEN i.state = 'closed' THEN 'closed'
    WHEN ${takenSecrets(now)} OR ${ownSecretWorks(now)} THEN 'open'
    WHEN i.ended_at IS NULL AND ${ofFamilies(now, works)} THEN 'open'
    WHEN ${ofHolders(now, sql`${beyond} AND ${works}`)} THEN 'open'
    WHEN i.ended_at IS NULL AND ${ofFamilies(now, isHeld)} THEN 'held'
    WHEN ${ofHolders(now, isHeld)} THEN 'held'
    WHEN ${heldSecrets(now)} OR ${ownSecretIsHeld(now)} THEN 'held'
    WHEN ${HAS_SOMETHING} THEN 'contained'
    ELSE i.state END`;
}

/** How some cases stand at this moment, by their ids. Authorise before: this does not. */
export async function readCaseStates(
  ctx: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, IncidentState>> {
  if (ids.length === 0) return new Map();
  const rows = await run<{ id: string; state: IncidentState }>(
    ctx.db,
    sql`SELECT i.id, ${await caseStateSql(ctx)} AS state FROM incident i WHERE i.id = ANY (${ids}::uuid[])`,
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}
