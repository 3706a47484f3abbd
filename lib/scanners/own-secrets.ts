import { endApiToken, lockEnding } from "../api-tokens/end-api-token.ts";
import { lockApiToken } from "../api-tokens/get-api-token.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { notify } from "../notifications/notify.ts";
import type { FindingOutcome, OwnSecretKind } from "./model.ts";
import { ownerHref } from "./model.ts";
import type { ActingScanner } from "./order-of-report.ts";
import { IS_FOUND_AS, OWN_SECRETS_BY_HASH, ownSecretIsTaken } from "./own-secret-sql.ts";

/** A secret of the product's own that was reported: whose it is, and whether it works, or will again with whose it is. */
export type OwnSecret = {
  kind: OwnSecretKind;
  name: string;
  ownerId: string;
  ownerName: string;
  secretId: string;
  hint: string;
  /** When it ends by itself. */
  expiresAt: Date | null;
  isTaken: boolean;
  /** Whether it is refused for nothing but that whose it is is disabled, or whoever made it cannot sign in. */
  isHeld: boolean;
  /** Whether its verifier would be left with none that works as long, once all that was reported with it had ended. */
  isLasting: boolean;
  /** Whether it leaked before, was left to a person, and was given an end since, by another one beside it. */
  isInHand: boolean;
};

/** One report after another on the same verifier, and no rotation between: what each finds left of it is what is left. */
async function lockVerifiers(tx: Sql, hashes: readonly Buffer[]): Promise<void> {
  await tx.query(
    `SELECT v.id FROM verifier v WHERE v.id IN (SELECT x.verifier_id FROM verifier_secret x WHERE x.secret_hash = ANY ($1::bytea[]))
     ORDER BY v.id FOR UPDATE`,
    [hashes],
  );
}

/**
 * API tokens, and secrets of verifiers and scanners, among some hashes, by hash. Inside the caller's transaction: it holds the verifiers that secrets are of. A verifier's secret is lasting
 * where none that was not reported works as long, and it is the last of those that were.
 */
export async function findOwnSecrets(
  db: Sql,
  hashes: readonly Buffer[],
  now: Date,
): Promise<Map<string, OwnSecret>> {
  await lockVerifiers(db, hashes);
  const rows = await run<OwnSecret & { hash: string }>(
    db,
    sql`WITH h AS MATERIALIZED (SELECT DISTINCT u.hash FROM unnest(${hashes}::bytea[]) AS u(hash))
      SELECT encode(x.hash, 'hex') AS hash, x.kind, x.name, x.owner_id AS "ownerId", x.owner_name AS "ownerName", x.id AS "secretId", x.hint, x.expires_at AS "expiresAt",
        ${ownSecretIsTaken(now)} AS "isTaken", x.is_held AS "isHeld",
        x.kind = 'verifier_secret' AND NOT EXISTS (SELECT FROM verifier_secret o WHERE o.verifier_id = x.owner_id AND o.id <> x.id
          AND (o.expires_at IS NULL OR o.expires_at > ${now}::timestamptz)
          AND CASE WHEN o.secret_hash IN (SELECT h.hash FROM h)
            THEN (coalesce(o.expires_at, 'infinity'), o.created_at, o.id) > (coalesce(x.expires_at, 'infinity'), x.created_at, x.id)
            ELSE coalesce(o.expires_at, 'infinity') >= coalesce(x.expires_at, 'infinity') END) AS "isLasting",
        x.kind <> 'api_token' AND x.expires_at IS NOT NULL AND EXISTS (SELECT FROM leak_finding f JOIN leak_report g ON g.id = f.report_id
          WHERE ${IS_FOUND_AS} AND f.outcome = 'case' AND CASE x.kind
            WHEN 'verifier_secret' THEN EXISTS (SELECT FROM verifier_secret o WHERE o.verifier_id = x.owner_id AND o.id <> x.id AND o.created_at >= g.received_at)
            ELSE EXISTS (SELECT FROM scanner_secret o WHERE o.scanner_id = x.owner_id AND o.id <> x.id AND o.created_at >= g.received_at) END) AS "isInHand"
      FROM h CROSS JOIN LATERAL ${OWN_SECRETS_BY_HASH} x`,
  );
  return new Map(rows.map(({ hash, ...secret }) => [hash, secret]));
}

/**
 * Whether a policy ends it at once. Two are left to a person: the one that its verifier works the longest with, because ending it would stop a service, as a client's would; and one that a
 * person replaced after it was left to them, for as long as they let it go on.
 */
export function isEndedBy({ action }: Pick<ActingScanner, "action">, secret: OwnSecret): boolean {
  return action === "revoke" && secret.isTaken && !secret.isLasting && !secret.isInHand;
}

// taken from where authorities read them, whatever their clocks say
const ENDS = {
  verifier_secret: { owner: "verifier", statement: "DELETE FROM verifier_secret WHERE id = $1::uuid" },
  scanner_secret: { owner: "scanner", statement: "DELETE FROM scanner_secret WHERE id = $1::uuid" },
} as const;

async function end(tx: Sql, ctx: SqlContext, secret: OwnSecret, note: string): Promise<void> {
  const { kind, ownerId, secretId, hint } = secret;
  if (kind === "api_token") {
    const root = await lockApiToken(tx, { id: ownerId, now: ctx.now });
    // somebody else was first
    if (root.state !== "revoked") await endApiToken(tx, ctx, { root, note });
    return;
  }
  const { owner, statement } = ENDS[kind];
  await tx.query(statement, [secretId]);
  await recordEntry(tx, ctx, {
    act: `${owner}.secret_revoked`,
    target: { kind: owner, id: ownerId, name: secret.ownerName },
    note,
    before: { secret: `…${hint}` },
  });
}

const minuteOf = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function whatToDo(
  { isTaken, isHeld, isLasting, isInHand, expiresAt }: OwnSecret,
  outcome: FindingOutcome,
): string {
  if (outcome === "revoked") return "It was ended at once, as the scanner's policy says.";
  if (!isTaken) return "It had ended before. What it was used for is in the log.";
  const until = expiresAt === null ? "" : ` until ${minuteOf(expiresAt)}`;
  if (isHeld)
    return "It is refused now, only because whose it is is disabled or cannot sign in, and works again when that ends: end it.";
  if (isInHand)
    return `It was left to a person before, who replaced it: it works${until}. End it sooner, as soon as nothing needs it.`;
  return isLasting
    ? `It works${until}, and its verifier has no other that works as long: make a new one, bring it to the service, then end this one.`
    : "It works: end it now.";
}

async function alarm(
  tx: Sql,
  ctx: SqlContext,
  {
    secret,
    outcome,
    reportId,
    scanner,
  }: { secret: OwnSecret; outcome: FindingOutcome; reportId: string; scanner: ActingScanner },
): Promise<void> {
  await notify(tx, ctx, {
    kind: "own_secret_leaked",
    key: `own_secret_leaked ${reportId} ${secret.secretId}`,
    thread: `own_secret_leaked ${secret.secretId}`,
    title: `${scanner.name} found ${secret.name} (…${secret.hint})`,
    text: `Somebody may use it. ${whatToDo(secret, outcome)} A case is opened about it.`,
    path: ownerHref(secret.kind, secret.ownerId),
    subject: { kind: secret.kind, id: secret.ownerId, name: secret.name },
  });
}

/** What a scanner's policy makes of what it found of them. */
export function outcomeOf(scanner: ActingScanner, secret: OwnSecret): FindingOutcome {
  if (isEndedBy(scanner, secret)) return "revoked";
  return secret.isTaken ? "case" : "ended";
}

/** Each once, however often a report has it. */
function each(found: readonly OwnSecret[]): OwnSecret[] {
  return [...new Map(found.map((secret) => [secret.secretId, secret])).values()];
}

/**
 * Alarms whoever may see cases, owners always, of what a report found of the product's own secrets. Inside the caller's transaction, before anything is recorded: it takes the locks that
 * `endOwnSecrets` goes on under.
 */
export async function tellOwnSecrets(
  tx: Sql,
  ctx: SqlContext,
  { scanner, found, reportId }: { scanner: ActingScanner; found: readonly OwnSecret[]; reportId: string },
): Promise<void> {
  if (found.some((secret) => secret.kind === "api_token" && isEndedBy(scanner, secret))) await lockEnding(tx);
  for (const secret of each(found))
    await alarm(tx, ctx, { secret, outcome: outcomeOf(scanner, secret), reportId, scanner });
}

/** Ends those of them that the scanner's policy ends, each on record: an API token with all that was made with it. Last in the caller's transaction. */
export async function endOwnSecrets(
  tx: Sql,
  ctx: SqlContext,
  scanner: ActingScanner,
  found: readonly OwnSecret[],
): Promise<void> {
  for (const secret of each(found))
    if (isEndedBy(scanner, secret)) await end(tx, ctx, secret, `Reported by ${scanner.name}`);
}
