import { tokensOf } from "../audit/tokens-of.ts";
import { RULE_WORDS } from "../detections/model.ts";
import type { Facts } from "../detections/rule.ts";
import { RULES } from "../detections/rules.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TokenRow } from "../tokens/model.ts";
import type { Reader } from "./pick-case-tokens.ts";
import {
  type FoundPlace,
  type PlacedEvent,
  type SuggestedWindow,
  suggestWindow,
} from "./suggested-window.ts";

/** Tokens that are looked at, of the case and of its users; a case of thousands is told by its oldest. */
const TOKENS_LOOKED_AT = 1_000;
const USERS_LOOKED_AT = 20;
const SERVICES_LOOKED_AT = 20;
/** Tokens of a service that are looked at: the newest before the case's oldest. */
const TOKENS_OF_SERVICE = 100;
/** How long before the case's oldest token other tokens of the user say where they come from. */
const HISTORY_MS = 30 * 86_400_000;

/** Events that are looked at, of all tokens together, and of each however many tokens there are: the oldest. */
const EVENTS_LOOKED_AT = 100_000;
const EVENTS_OF_EACH = 50;

type Place = Omit<PlacedEvent, "isOfCase"> & { isCut: boolean };

/** Places of the events of some tokens, the first of each. */
async function readPlaces(
  ctx: Reader,
  ids: readonly string[],
  since: Date,
  ofEach: number,
): Promise<Place[]> {
  return run(
    ctx.db,
    sql`SELECT x.token_id AS "tokenId", x.outcome = 'issued' AND t.id IS NOT NULL AND t.grant_type <> 'refresh_token' AS "isSignIn",
        t.id IS NOT NULL AND t.user_id IS NULL AS "isOfService", x.ip, x.country,
        min(x.at) AS at, bool_or(x.number > ${ofEach}::int) AS "isCut"
      FROM unnest(${ids}::uuid[]) AS p(id)
        LEFT JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
        CROSS JOIN LATERAL (SELECT x.*, row_number() OVER () AS number FROM (SELECT x.token_id, x.outcome, x.ip, x.country, x.at FROM token_use x
          WHERE x.token_id = p.id AND x.received_at >= ${since}::timestamptz AND x.outcome IN ('issued', 'allowed')
          ORDER BY x.received_at LIMIT ${ofEach + 1}::int) x) x
      GROUP BY 1, 2, 3, 4, 5`,
  );
}

/** The tokens that services had before an instant: theirs alone, not those of people who use them. */
async function tokensOfServices(
  ctx: Reader,
  clientIds: readonly string[],
  since: Date,
  before: Date,
): Promise<string[]> {
  if (clientIds.length === 0) return [];
  const rows = await run<{ id: string }>(
    ctx.db,
    sql`SELECT t.id FROM unnest(${clientIds}::uuid[]) AS c(id)
      CROSS JOIN LATERAL (SELECT t.id, t.user_id FROM token t WHERE t.client_id = c.id AND t.issued_at >= ${since}::timestamptz
        AND t.issued_at < ${before}::timestamptz ORDER BY t.issued_at DESC, t.id DESC LIMIT ${TOKENS_OF_SERVICE}::int) t
      WHERE t.user_id IS NULL`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Those that no case names, by themselves or by their family: where the token of another leak came from may be a thief's place, and teaches nothing. Nor does what a thief renewed, the family of a token that
 * is named; of the case's own families what came before does.
 */
async function withoutLeaked(
  ctx: Reader,
  ids: readonly string[],
  ofCase: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await run<{ id: string }>(
    ctx.db,
    sql`WITH own AS (SELECT DISTINCT t.family_id FROM unnest(${ofCase}::uuid[]) AS c(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(c.id) AND t.id = c.id),
        named AS MATERIALIZED (SELECT DISTINCT t.family_id FROM incident_subject s JOIN token t ON t.issued_at = uuid_extract_timestamp(s.target_id) AND t.id = s.target_id
          WHERE s.kind = 'token' AND t.family_id IS NOT NULL AND NOT EXISTS (SELECT FROM own o WHERE o.family_id = t.family_id))
      SELECT p.id FROM unnest(${ids}::uuid[]) AS p(id) LEFT JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
      WHERE NOT EXISTS (SELECT FROM incident_subject s WHERE s.target_id IN (p.id, t.family_id) AND s.kind IN ('token', 'family'))
        AND NOT EXISTS (SELECT FROM named n WHERE n.family_id = t.family_id)`,
  );
  return rows.map(({ id }) => id);
}

type FoundRecord = { rule: FoundPlace["rule"]; at: Date; lastAt: Date; count: bigint; facts: Facts };

/** What was found of unusual places of some tokens; what somebody has muted is usual. */
async function readFoundPlaces(ctx: Reader, ids: readonly string[]): Promise<FoundPlace[]> {
  const rows = await run<FoundRecord>(
    ctx.db,
    sql`SELECT d.rule, d.first_at AS at, d.last_at AS "lastAt", d.count, d.facts FROM detection d
      WHERE d.token_id = ANY (${ids}::uuid[]) AND d.subject_kind = 'token' AND d.rule IN ('new_country', 'new_network') AND d.state <> 'muted'`,
  );
  return rows.map(({ rule, at, lastAt, count, facts }) => {
    // the facts are those of the last finding
    const says =
      count === 1n
        ? RULES[rule].says(facts, { count: 1, firstAt: at, lastAt })
        : "It was found several times since.";
    return { rule, at, says: `Detected (${RULE_WORDS[rule].toLowerCase()}): ${says}` };
  });
}

/**
 * What the product suggests for `compromisedFrom`, from the log; `why` says what was not looked at. `rows` are the case's tokens; null where there is none.
 *
 * @param bounds events that are looked at: of each token `ofEach` at least, of all together about `inAll`.
 */
export async function readSuggestedWindow(
  ctx: Reader,
  rows: readonly TokenRow[],
  bounds: { ofEach: number; inAll: number } = { ofEach: EVENTS_OF_EACH, inAll: EVENTS_LOOKED_AT },
): Promise<SuggestedWindow | null> {
  const oldest = rows.at(-1);
  if (oldest === undefined) return null;
  const issuedAt = new Date(oldest.issuedAt);
  const since = new Date(issuedAt.getTime() - HISTORY_MS);
  const ofCase = rows.slice(-TOKENS_LOOKED_AT).map(({ id }) => id);
  const users = [...new Set(rows.flatMap(({ user }) => user?.id ?? []))].slice(0, USERS_LOOKED_AT);
  const ofUsers = users.length === 0 ? [] : await tokensOf(ctx.db, "user_id", users, TOKENS_LOOKED_AT);
  const services = [...new Set(rows.flatMap(({ user, client }) => (user === null ? [client.id] : [])))].slice(
    0,
    SERVICES_LOOKED_AT,
  );
  const [ofServices, found] = await Promise.all([
    tokensOfServices(ctx, services, since, issuedAt),
    readFoundPlaces(ctx, ofCase),
  ]);
  const known = new Set(ofCase);
  const others = await withoutLeaked(
    ctx,
    [...ofUsers, ...ofServices].filter((id) => !known.has(id) && (uuidv7Time(id) ?? since) >= since),
    ofCase,
  );
  const looked = [...ofCase, ...others];
  const bound = Math.max(bounds.ofEach, Math.floor(bounds.inAll / looked.length));
  const places = await readPlaces(ctx, looked, since, bound);
  const { from, why } = suggestWindow(
    places.map(({ isCut: _, ...place }) => ({ ...place, isOfCase: known.has(place.tokenId) })),
    issuedAt,
    found,
  );
  const busy = new Set(places.flatMap(({ tokenId, isCut }) => (isCut ? [tokenId] : []))).size;
  const leftOut = [
    ...(rows.length > ofCase.length
      ? [`Of the case's ${rows.length} tokens the oldest ${ofCase.length} were looked at.`]
      : []),
    ...(busy > 0 ? [`Of ${busy} of the tokens the first ${bound} events were looked at.`] : []),
  ];
  return { from, why: [why, ...leftOut].join(" ") };
}
