import { canComeIn } from "../admins/let-go.ts";
import type { Sql } from "../db/sql.ts";
import {
  ALWAYS_KINDS,
  type ApprovalPolicy,
  GUARDED_KINDS,
  type GuardedKind,
  OWNERS_NEEDED,
  type PolicyKind,
} from "./model.ts";

type Record = Omit<ApprovalPolicy, "isOn" | "updatedAt"> & { updatedAt: Date };

// who counts: an owner who is not shut out and has a second factor, or comes in by a provider; a provider that is switched off turns four eyes off for nobody, nor does whoever
// turns off sign-in without one: of those who count, `ownersIn` can come in now
const COUNTS = `a.role = 'owner' AND a.disabled_at IS NULL AND (a.totp_wrapped IS NOT NULL
      OR EXISTS (SELECT FROM passkey k WHERE k.admin_id = a.id AND k.blocked_at IS NULL)
      OR EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id))`;
const SELECT = `SELECT p.kinds, p.bulk_tokens AS "bulkTokens", p.version, p.updated_at AS "updatedAt",
    (SELECT count(*)::int FROM admin a WHERE ${COUNTS}) AS owners,
    (SELECT count(*)::int FROM admin a WHERE ${COUNTS} AND ${canComeIn("a")}) AS "ownersIn"
  FROM approval_policy p WHERE p.id = 1`;

/** What wants a second person, and whether anything does: not before there are two owners who can sign in. */
export async function readPolicy(db: Sql, lock = false): Promise<ApprovalPolicy> {
  const [row] = await db.query<Record>(lock ? `${SELECT} FOR UPDATE OF p` : SELECT);
  if (row === undefined) throw new Error("there is no approval policy");
  const isOn = row.kinds.length > 0 && row.owners >= OWNERS_NEEDED;
  return { ...row, isOn, updatedAt: row.updatedAt.toISOString() };
}

/** Whether acts of a kind wait. */
export function isGuarded({ isOn, kinds }: ApprovalPolicy, kind: PolicyKind | "policy"): boolean {
  if (!isOn) return false;
  return (
    kind === "policy" ||
    (ALWAYS_KINDS as readonly PolicyKind[]).includes(kind) ||
    (kinds as readonly string[]).includes(kind)
  );
}

/** The kinds of acts that wait whatever they reach; of revocations their plan tells. */
export function guardedKindsOf(policy: ApprovalPolicy): GuardedKind[] {
  return GUARDED_KINDS.filter((kind) => kind !== "bulk" && kind !== "unattended" && isGuarded(policy, kind));
}
