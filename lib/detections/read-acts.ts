import { prepared, type Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { ActEvent } from "./rule.ts";

const ENTRIES_AT_ONCE = 1_000;
/** Acts that a rule looks at. */
const LOOKED_AT = new Set([
  "token.forgery_detected",
  "token.forgery_reported",
  "authorization_code.replayed",
  "device_code.replayed",
]);

// entries are numbered under a lock that lasts to their commit: what is above the number was committed after it
const NEXT = prepared(`
  SELECT e.sequence, e.id, e.at, e.act, e.target_kind AS "targetKind", e.target_id AS "targetId", e.ip,
    CASE WHEN e.act = 'token.forgery_reported' THEN e.after ->> 'tokenId' END AS "tokenId"
  FROM audit_entry e WHERE e.sequence > $1::bigint ORDER BY e.sequence LIMIT ${ENTRIES_AT_ONCE}`);

type EntryRecord = {
  sequence: bigint;
  id: string;
  at: Date;
  act: string;
  targetKind: string;
  targetId: string;
  ip: string | null;
  tokenId: string | null;
};

type FamilyRecord = { id: string; clientId: string; userId: string | null };

/** The next acts on record after a number, as far as they are unusual by themselves. */
export async function readNextActs(
  tx: Sql,
  after: bigint,
): Promise<{ events: ActEvent[]; sequence: bigint; isMore: boolean }> {
  const entries = await tx.query<EntryRecord>(NEXT, [after]);
  const looked = entries.filter(({ act }) => LOOKED_AT.has(act));
  const familyIds = looked.flatMap(({ targetKind, targetId }) =>
    targetKind === "family" && isUuid(targetId) ? [targetId] : [],
  );
  const families = new Map(
    familyIds.length === 0
      ? []
      : (
          await tx.query<FamilyRecord>(
            `SELECT f.id, f.client_id AS "clientId", f.user_id AS "userId" FROM token_family f WHERE f.id = ANY ($1::uuid[])`,
            [familyIds],
          )
        ).map((family) => [family.id, family]),
  );
  const events = looked.map(({ id, at, act, targetKind, targetId, ip, tokenId }): ActEvent => {
    const family = targetKind === "family" ? families.get(targetId) : undefined;
    return {
      kind: "act",
      id,
      at,
      act,
      target: { kind: targetKind, id: targetId },
      tokenId: tokenId !== null && isUuid(tokenId) ? tokenId : null,
      familyId: targetKind === "family" && isUuid(targetId) ? targetId : null,
      clientId: family?.clientId ?? null,
      userId: family?.userId ?? null,
      ip,
    };
  });
  return { events, sequence: entries.at(-1)?.sequence ?? after, isMore: entries.length === ENTRIES_AT_ONCE };
}
