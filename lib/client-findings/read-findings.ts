import { authMethodOf, type ClientKind, isConfidential, isSenderConstrained } from "../clients/model.ts";
import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { accessTokenTtlOf } from "../lifetimes/access-token-ttl.ts";
import { CLIENT_LIFETIME_SQL } from "../lifetimes/columns.ts";
import {
  type AudienceLimit,
  type ClientLifetimes,
  type LifetimeSubject,
  lifetimesOf,
} from "../lifetimes/model.ts";
import { resolveLifetime, resolveRotation } from "../lifetimes/resolve.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import type { Organisation } from "../organisation/model.ts";
import { type Finding, LONG_LIFETIME_SECONDS, PERMISSION_DAYS, UNUSED_DAYS } from "./model.ts";

const TIMEOUT_MS = 1_900;
const DAY_MS = 86_400_000;

/** What a client's findings follow from. */
type Facts = ClientLifetimes & {
  id: string;
  kind: ClientKind;
  grantTypes: string[];
  requireDpop: boolean;
  audiences: AudienceLimit[];
  jwksUri: string | null;
  jwks: object | null;
  keyError: string | null;
  isUnused: boolean;
  hasLiveSecret: boolean;
  unusedSecrets: string[];
  unusedPermissions: string[];
};

/**
 * A few looks into the tally by client and label, whatever number of tokens there are. What was issued in the last minutes is not in it yet; nothing is called
 * unused before it was there for weeks.
 */
function factsSql(ids: readonly string[] | null, now: Date): Fragment {
  const unusedBefore = new Date(now.getTime() - UNUSED_DAYS * DAY_MS);
  const givenBefore = new Date(now.getTime() - PERMISSION_DAYS * DAY_MS);
  return sql`SELECT c.id, c.kind, ${trusted(CLIENT_LIFETIME_SQL)}, c.grant_types AS "grantTypes", c.require_dpop AS "requireDpop",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'accessTokenTtlMaxSeconds', a.access_token_ttl_max_seconds)), '[]')
        FROM client_audience ca JOIN audience a ON a.id = ca.audience_id WHERE ca.client_id = c.id) AS audiences, c.jwks_uri AS "jwksUri", c.jwks,
      (SELECT f.error FROM client_key_fetch f WHERE f.client_id = c.id AND f.uri = c.jwks_uri) AS "keyError",
      c.created_at < ${unusedBefore}::timestamptz AND coalesce((SELECT max(y.week) + interval '7 days' FROM token_tally y
        WHERE y.client_id = c.id AND y.facet = 'all' AND y.label = ''), '-infinity') < ${unusedBefore}::timestamptz AS "isUnused",
      EXISTS (SELECT FROM client_secret s WHERE s.client_id = c.id AND (s.expires_at IS NULL OR s.expires_at > ${now}::timestamptz)) AS "hasLiveSecret",
      ARRAY(SELECT s.hint FROM client_secret s WHERE s.client_id = c.id AND (s.expires_at IS NULL OR s.expires_at > ${now}::timestamptz)
        AND coalesce(s.last_used_at, greatest(s.seen_since, s.created_at)) < ${unusedBefore}::timestamptz ORDER BY s.created_at) AS "unusedSecrets",
      ARRAY(SELECT p.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id
        WHERE cp.client_id = c.id AND cp.added_at < ${givenBefore}::timestamptz AND c.created_at < ${givenBefore}::timestamptz
          AND NOT EXISTS (SELECT FROM token_tally y WHERE y.client_id = c.id AND y.facet = 'scope' AND y.label = p.name) ORDER BY p.name) AS "unusedPermissions"
    FROM client c
    WHERE c.disabled_at IS NULL AND (${ids}::uuid[] IS NULL OR c.id = ANY (${ids}::uuid[]))`;
}

function findingsOf(facts: Facts, organisation: Organisation): Finding[] {
  const findings: Finding[] = [];
  const authMethod = authMethodOf(facts);
  if (facts.keyError !== null) findings.push({ code: "keys_failing", subjects: [facts.keyError] });
  if (authMethod === "client_secret" && !facts.hasLiveSecret)
    findings.push({ code: "no_credentials", subjects: [] });
  const subject = {
    ...facts,
    isConfidential: isConfidential(facts.kind),
    isSenderConstrained: isSenderConstrained(facts),
  };
  if (facts.grantTypes.includes("refresh_token") && isLoose(subject, organisation))
    findings.push({ code: "refresh_not_rotated", subjects: [] });
  const longest = longestSeconds(subject, organisation, facts.audiences);
  if (longest > LONG_LIFETIME_SECONDS) findings.push({ code: "lifetime_long", subjects: [String(longest)] });
  if (authMethod === "client_secret" && facts.unusedSecrets.length > 0)
    findings.push({ code: "secret_unused", subjects: facts.unusedSecrets });
  if (facts.isUnused) findings.push({ code: "client_unused", subjects: [] });
  // of a client that nobody uses each permission is unused
  else if (facts.unusedPermissions.length > 0)
    findings.push({ code: "permissions_unused", subjects: facts.unusedPermissions });
  return findings;
}

/** Whether a refresh token is neither replaced at each use nor bound to a key. Public clients' always are the one or the other. */
function isLoose(subject: LifetimeSubject, organisation: Organisation): boolean {
  return !subject.isSenderConstrained && !resolveRotation(subject, organisation).rotates;
}

/** What an access or ID token of it lives at most: it may ask for a token for one of its audiences alone, and only that one's limit holds then. */
function longestSeconds(
  subject: LifetimeSubject,
  organisation: Organisation,
  audiences: readonly AudienceLimit[],
): number {
  const has = new Set(lifetimesOf(subject.grantTypes));
  const idToken = has.has("idTokenTtlSeconds")
    ? resolveLifetime("idTokenTtlSeconds", subject, organisation).seconds
    : 0;
  const named = audiences.length === 0 ? [[]] : audiences.map((audience) => [audience]);
  const accessToken = named.map((one) => accessTokenTtlOf(subject, organisation, one).seconds);
  return Math.max(...accessToken, idToken);
}

const byClient = (rows: readonly Facts[], organisation: Organisation) =>
  new Map(rows.map((facts) => [facts.id, findingsOf(facts, organisation)]));

/**
 * What needs a look of the given clients, or of all; a disabled client has nothing. A client's use is known to the week.
 *
 * @returns null where it took too long.
 */
export async function readFindings(
  db: Database,
  { ids, now }: { ids: readonly string[] | null; now: Date },
): Promise<ReadonlyMap<string, Finding[]> | null> {
  const rows = await withinTime<Facts>(db, factsSql(ids, now), TIMEOUT_MS);
  return rows === null ? null : byClient(rows, await readOrganisation(db));
}

/** The same of one client, inside of a transaction. */
export async function readClientFindings(
  db: Sql,
  { id, now, organisation }: { id: string; now: Date; organisation: Organisation },
): Promise<Finding[]> {
  return byClient(await run<Facts>(db, factsSql([id], now)), organisation).get(id) ?? [];
}
