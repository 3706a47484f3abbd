import { answerWithin } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { FoundTarget } from "./find-target.ts";
import type { Remaining } from "./model.ts";

type Standing = {
  isDisabled: boolean;
  grantTypes: string[];
  requireConsent: boolean;
  secrets: bigint;
  /** When the last secret ends; null where one has no end. */
  secretsUntil: Date | null;
  /** When a new secret was given in a case that is not closed, and which that is. */
  replacedAt: Date | null;
  replacedIn: number | null;
  /** How many of the secrets are from before, and when the last of those ends. */
  oldSecrets: bigint;
  oldUntil: Date | null;
};

/** How long the people who are signed in may be counted. */
const PEOPLE_WAIT_MS = 1_000;

function readStanding(ctx: Context, clientId: string): Promise<Standing[]> {
  const isLive = sql`(x.expires_at IS NULL OR x.expires_at > ${ctx.now}::timestamptz)`;
  return run<Standing>(
    ctx.db,
    sql`SELECT c.disabled_at IS NOT NULL AS "isDisabled", c.grant_types AS "grantTypes", c.require_consent AS "requireConsent", s.secrets,
        s.until AS "secretsUntil", r.at AS "replacedAt", r.number AS "replacedIn", s.old AS "oldSecrets", s.old_until AS "oldUntil"
      FROM client c LEFT JOIN LATERAL (SELECT e.at, i.number FROM incident i JOIN audit_entry e ON e.target_kind = 'incident' AND e.target_id = i.id::text
          WHERE i.state <> 'closed' AND e.act = 'incident.secret_reissued' AND e.outcome = 'done' AND e.after ->> 'clientId' = c.id::text
          ORDER BY e.at DESC LIMIT 1) r ON true,
        LATERAL (SELECT count(*) AS secrets, CASE WHEN bool_and(x.expires_at IS NOT NULL) THEN max(x.expires_at) END AS until,
            count(*) FILTER (WHERE x.created_at < r.at) AS old, max(x.expires_at) FILTER (WHERE x.created_at < r.at) AS old_until
          FROM client_secret x WHERE x.client_id = c.id AND ${isLive}) s
      WHERE c.id = ${clientId}::uuid`,
  );
}

/** People who could sign in now and are signed in at the authority; null where they were not counted in time. */
async function countSignedIn(ctx: Context): Promise<number | null> {
  const rows = await withinTime<{ people: bigint }>(
    ctx.db,
    sql`SELECT count(DISTINCT u.id) AS people FROM protocol_state x JOIN user_account u ON u.id::text = x.account_id
      WHERE x.model = 'Session' AND u.disabled_at IS NULL AND (x.expires_at IS NULL OR x.expires_at > ${ctx.now}::timestamptz)`,
    answerWithin(ctx, PEOPLE_WAIT_MS),
  );
  return rows === null ? null : Number(rows[0]?.people ?? 0);
}

function whoIsSignedIn(people: number | null): string {
  if (people === null) return "People who are";
  return people === 1 ? "One person who is" : `${people.toLocaleString("en")} people who are`;
}

function consentWords(requireConsent: boolean): string {
  return requireConsent ? "and without being asked where they consented before" : "and without being asked";
}

/** What its secrets are good for, and since when where a case replaced them. */
function secretRemains({ secrets, secretsUntil, replacedAt, replacedIn, oldSecrets, oldUntil }: Standing) {
  const until = (at: Date | null) => at?.toISOString() ?? null;
  if (replacedAt === null)
    return {
      says: "The client can get new tokens with its secret. Replace the secret or disable the client to end that.",
      count: Number(secrets),
      until: until(secretsUntil),
    };
  const at = `${replacedAt.toISOString().slice(0, 16).replace("T", " ")} UTC in case ${replacedIn}`;
  if (oldSecrets > 0n)
    return {
      says: `The client's secret was replaced on ${at}, but an old one still gets it new tokens. Replace the secret once more, or disable the client, to end that.`,
      count: Number(oldSecrets),
      until: until(oldUntil),
    };
  return {
    says: `The client's secret was replaced on ${at}: it gets new tokens with the new one alone.`,
    count: Number(secrets),
    until: until(secretsUntil),
  };
}

/** By which ways a client can be given new tokens after all that it had were taken back: its secret, people who sign in with it. */
export async function clientRemains(ctx: Context, target: FoundTarget): Promise<Remaining[]> {
  if (target.clientId === null || target.userId !== null) return [];
  const [client] = await readStanding(ctx, target.clientId);
  if (client === undefined || client.isDisabled) return [];
  const common = { isExact: true, href: `/clients/${target.clientId}` };
  const remains: Remaining[] = [];
  const secrets = Number(client.secrets);
  if (client.grantTypes.includes("client_credentials") && secrets > 0)
    remains.push({
      ...common,
      kind: "client_secret",
      ...secretRemains(client),
    });
  if (target.kind !== "client" || !client.grantTypes.includes("authorization_code")) return remains;
  const people = await countSignedIn(ctx);
  if (people !== 0)
    remains.push({
      ...common,
      kind: "client_sign_on",
      count: people ?? 0,
      isExact: people !== null,
      says: `${whoIsSignedIn(people)} still signed in at the authority can authorise the client again without signing in, ${consentWords(client.requireConsent)}. Disable the client to end that.`,
      until: null,
    });
  remains.push({
    ...common,
    kind: "client_sign_in",
    count: 1,
    says: `${people !== 0 ? "Others" : "People"} can authorise the client again by signing in, and it gets new tokens. Disable the client to end that.`,
    until: null,
  });
  return remains;
}
