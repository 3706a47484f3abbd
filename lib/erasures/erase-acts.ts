import type { Sql } from "../db/sql.ts";
import {
  type ChainedEntry,
  ENTRY_PARTS,
  type EntryPart,
  erasedPartsOf,
  eraseParts,
} from "../seals/entry-leaf.ts";
import { ERASED, ERASURE_BEGUN, lettersOf } from "../seals/erasures.ts";
import { ENTRIES } from "../seals/read-evidence.ts";
import { CASE_TELLS } from "./cases-of.ts";
import { ERASED_NAME } from "./model.ts";

/** Acts that are read and written at once. */
const AT_ONCE = 1_000;

/** What holds where somebody was, in what an act changed. */
const WHERE_FROM = '"(ip|lastIp|network|path|userAgent)"';

/** Acts of which something is a person's, as `e`, for a statement whose $1 is their id and $2 the pattern of what they are called. */
export const ACTS_OF = `
  (e.actor_id = $1::text AND e.actor_kind = 'user') OR e.target_id = $1::text
  OR (e.target_kind = 'token' AND e.target_id IN (SELECT t.id::text FROM token t WHERE t.user_id = $1::uuid))
  OR (e.target_kind = 'family' AND e.target_id IN (SELECT f.id::text FROM token_family f WHERE f.user_id = $1::uuid))
  OR (e.target_kind = 'session' AND e.target_id IN (SELECT f.session_uid FROM token_family f WHERE f.user_id = $1::uuid))
  OR ${CASE_TELLS}
  OR e.target_name ~* $2::text OR e.note ~* $2::text OR e.before::text ~* $2::text OR e.after::text ~* $2::text`;

type ActOf = ChainedEntry & {
  isTheirs: boolean;
  namesTarget: boolean;
  namesContent: boolean;
  saysWhere: boolean;
  caseTells: boolean;
};

const READ = `
  WITH of_person AS MATERIALIZED (
    SELECT e.id, e.target_id = $1::text OR e.target_id IN (SELECT t.id::text FROM token t WHERE t.user_id = $1::uuid UNION ALL
      SELECT f.id::text FROM token_family f WHERE f.user_id = $1::uuid UNION ALL
      SELECT f.session_uid FROM token_family f WHERE f.user_id = $1::uuid AND f.session_uid IS NOT NULL) AS is_theirs,
      coalesce(${CASE_TELLS}, false) AS case_tells
    FROM audit_entry e WHERE e.sequence = ANY ($3::bigint[]))
  SELECT x.*, p.is_theirs AS "isTheirs", p.case_tells AS "caseTells", coalesce(x."targetName" ~* $2::text, false) AS "namesTarget",
    coalesce(concat_ws(' ', x.note, x.before, x.after) ~* $2::text, false) AS "namesContent",
    concat_ws(' ', x.before, x.after) ~ '${WHERE_FROM}' AS "saysWhere"
  FROM (${ENTRIES}) x JOIN of_person p ON p.id = x.id ORDER BY x.sequence`;

const WRITE = `
  UPDATE audit_entry e SET actor_name = CASE WHEN i.actor THEN '${ERASED_NAME}' ELSE e.actor_name END, ip = CASE WHEN NOT i.actor THEN e.ip END,
    user_agent = CASE WHEN NOT i.actor THEN e.user_agent END, target_name = CASE WHEN i.target THEN '${ERASED_NAME}' ELSE e.target_name END,
    note = CASE WHEN NOT i.content THEN e.note END, before = CASE WHEN NOT i.content THEN e.before END, after = CASE WHEN NOT i.content THEN e.after END,
    salt = decode(i.salt, 'hex'), actor_hash = decode(i."actorHash", 'hex'), target_hash = decode(i."targetHash", 'hex'),
    content_hash = decode(i."contentHash", 'hex')
  FROM json_to_recordset($1::json) AS i(id uuid, actor boolean, target boolean, content boolean, salt text, "actorHash" text, "targetHash" text,
    "contentHash" text)
  WHERE e.id = i.id`;

/** The acts that say what was erased name nobody: they stay whole but for a name. */
const KEPT = new Set<string>([ERASURE_BEGUN, ERASED]);
/** What these changed is a state and an order's id, as long as nobody wrote a note. */
const PLAIN = /\.(tokens_)?(revoked|suspended|restored|disabled|enabled)$/;

/** Which parts of an act are a person's: who did it where that was they, or somebody of whom no more is known than where from; whom or what it names; what it changed. */
function partsOf(entry: ActOf, userId: string): EntryPart[] {
  const { actorKind, actorId, targetKind, targetId, isTheirs } = entry;
  const isUpon = targetKind === "user" && targetId === userId;
  const isActor = actorKind === "user" && actorId === userId;
  const isFromTheirs = isTheirs && entry.ip !== null && (actorKind === "anonymous" || actorKind === "client");
  const hasNote = entry.note !== null && entry.note !== "";
  const isPlain = PLAIN.test(entry.act) && !hasNote && !entry.namesContent && !entry.saysWhere;
  const hasContent = entry.note !== null || entry.before !== null || entry.after !== null;
  const parts: EntryPart[] = [];
  if ((isActor || isFromTheirs) && entry.actorName !== ERASED_NAME) parts.push("actor");
  if ((isUpon || entry.namesTarget) && entry.targetName !== ERASED_NAME) parts.push("target");
  if (
    !KEPT.has(entry.act) &&
    !isPlain &&
    hasContent &&
    (isUpon || entry.namesContent || entry.caseTells || (isTheirs && entry.saysWhere))
  )
    parts.push("content");
  const gone = erasedPartsOf(entry);
  return parts.filter((part) => !gone.includes(part));
}

function recordOf(entry: ChainedEntry, parts: readonly EntryPart[]): object {
  const { id, salt, actorHash, targetHash, contentHash } = entry;
  const [actor, target, content] = ENTRY_PARTS.map((part) => parts.includes(part));
  return { id, actor, target, content, salt, actorHash, targetHash, contentHash };
}

/**
 * Takes what is personal of somebody out of the log of acts; the chain goes on to verify.
 *
 * @param tx of the retention role, while their erasure runs.
 * @param sequences of the acts that are looked at, as `ActsSearch` found them.
 * @returns the parts that were taken, by the acts' sequences, and how many of the acts have no proof of the rest.
 */
export async function eraseActs(
  tx: Sql,
  userId: string,
  { pattern, sequences }: { pattern: string | null; sequences: readonly bigint[] },
): Promise<{ acts: Record<string, string>; unproved: number }> {
  const acts: Record<string, string> = {};
  let unproved = 0;
  for (let at = 0; at < sequences.length; at += AT_ONCE) {
    const found = await tx.query<ActOf>(READ, [userId, pattern, sequences.slice(at, at + AT_ONCE)]);
    const erased: object[] = [];
    for (const entry of found) {
      const parts = partsOf(entry, userId);
      if (parts.length === 0) continue;
      const one = eraseParts(entry, parts);
      const isBare = erasedPartsOf(one).includes("bare");
      acts[String(entry.sequence)] = isBare ? lettersOf(["bare"]) : lettersOf(parts);
      if (isBare) unproved += 1;
      erased.push(recordOf(one, parts));
    }
    if (erased.length > 0) await tx.query(WRITE, [JSON.stringify(erased)]);
  }
  return { acts, unproved };
}
