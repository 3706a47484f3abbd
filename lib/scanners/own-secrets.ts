import type { Act } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { notify } from "../notifications/notify.ts";
import type { FindingOutcome, OwnSecretKind } from "./model.ts";
import { ownerHref } from "./model.ts";
import type { ActingScanner } from "./order-of-report.ts";

/** A secret of the product's own that was reported: whose it is, whether it works, and whether its owner has no other. */
export type OwnSecret = {
  kind: OwnSecretKind;
  name: string;
  ownerId: string;
  secretId: string;
  hint: string;
  isTaken: boolean;
  isOnlyOne: boolean;
};

/** API tokens, and secrets of verifiers and scanners, among some hashes, by hash. */
export async function findOwnSecrets(
  db: Sql,
  hashes: readonly Buffer[],
  now: Date,
): Promise<Map<string, OwnSecret>> {
  const isLive = sql`(x.expires_at IS NULL OR x.expires_at > ${now}::timestamptz)`;
  const rows = await run<OwnSecret & { hash: string }>(
    db,
    sql`WITH h AS MATERIALIZED (SELECT DISTINCT u.hash FROM unnest(${hashes}::bytea[]) AS u(hash))
      SELECT encode(h.hash, 'hex') AS hash, 'api_token' AS kind, 'the API token ' || x.name AS name, x.id AS "ownerId", x.id AS "secretId", x.hint,
        x.revoked_at IS NULL AND ${isLive} AS "isTaken", false AS "isOnlyOne" FROM h JOIN api_token x ON x.token_hash = h.hash
      UNION ALL
      SELECT encode(h.hash, 'hex'), 'verifier_secret', 'a secret of the verifier ' || v.name, v.id, x.id, x.hint, v.disabled_at IS NULL AND ${isLive},
        NOT EXISTS (SELECT FROM verifier_secret o WHERE o.verifier_id = v.id AND o.id <> x.id AND (o.expires_at IS NULL OR o.expires_at > ${now}::timestamptz))
      FROM h JOIN verifier_secret x ON x.secret_hash = h.hash JOIN verifier v ON v.id = x.verifier_id
      UNION ALL
      SELECT encode(h.hash, 'hex'), 'scanner_secret', 'a secret of the scanner ' || s.name, s.id, x.id, x.hint, s.disabled_at IS NULL AND ${isLive}, false
      FROM h JOIN scanner_secret x ON x.secret_hash = h.hash JOIN scanner s ON s.id = x.scanner_id`,
  );
  return new Map(rows.map(({ hash, ...secret }) => [hash, secret]));
}

/** Whether a policy ends it at once. The only secret of a verifier is left to a person: ending it would stop a service, as a client's would. */
export function isEndedBy({ action }: Pick<ActingScanner, "action">, secret: OwnSecret): boolean {
  return action === "revoke" && secret.isTaken && !secret.isOnlyOne;
}

const REVOKE_TOKEN =
  "UPDATE api_token SET revoked_at = $2::timestamptz, version = version + 1 WHERE id = $1::uuid AND revoked_at IS NULL";
// taken from where authorities read them, whatever their clocks say
const ENDS = {
  verifier_secret: "DELETE FROM verifier_secret WHERE id = $1::uuid",
  scanner_secret: "DELETE FROM scanner_secret WHERE id = $1::uuid",
} as const;

async function end(tx: Sql, ctx: SqlContext, secret: OwnSecret, note: string): Promise<Act> {
  const { kind, ownerId, secretId, hint } = secret;
  const name = secret.name.replace(/^(?:the API token|a secret of the (?:verifier|scanner)) /, "");
  if (kind === "api_token") {
    await tx.query(REVOKE_TOKEN, [ownerId, ctx.now]);
    return {
      act: "api_token.revoked",
      target: { kind: "api_token", id: ownerId, name },
      note,
      before: { state: "active" },
      after: { state: "revoked" },
    };
  }
  await tx.query(ENDS[kind], [secretId]);
  const owner = kind === "verifier_secret" ? "verifier" : "scanner";
  return {
    act: `${owner}.secret_revoked`,
    target: { kind: owner, id: ownerId, name },
    note,
    before: { secret: `…${hint}` },
  };
}

function whatToDo({ isTaken, isOnlyOne }: OwnSecret, outcome: FindingOutcome): string {
  if (outcome === "revoked") return "It was ended at once, as the scanner's policy says.";
  if (!isTaken) return "It had ended before. What it was used for is in the log.";
  return isOnlyOne
    ? "It works, and its verifier has no other: make a new one, bring it to the service, then end this one."
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

/**
 * Ends what a report found of the product's own secrets, as far as the scanner's policy goes, and alarms whoever may see cases, owners always. Inside the caller's transaction; record `acts` last in it.
 *
 * @returns the outcome of each by its secret's id.
 */
export async function endOwnSecrets(
  tx: Sql,
  ctx: SqlContext,
  scanner: ActingScanner,
  { found, reportId }: { found: readonly OwnSecret[]; reportId: string },
): Promise<{ outcomes: Map<string, FindingOutcome>; acts: Act[] }> {
  const acts: Act[] = [];
  const outcomes = new Map<string, FindingOutcome>();
  for (const secret of found) {
    if (outcomes.has(secret.secretId)) continue;
    const isEnded = isEndedBy(scanner, secret);
    const outcome = isEnded ? "revoked" : secret.isTaken ? "case" : "ended";
    outcomes.set(secret.secretId, outcome);
    if (isEnded) acts.push(await end(tx, ctx, secret, `Reported by ${scanner.name}`));
    await alarm(tx, ctx, { secret, outcome, reportId, scanner });
  }
  return { outcomes, acts };
}
