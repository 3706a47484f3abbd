import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { CheckRecord } from "./check-row.ts";
import { type CheckFound, type CheckState, spanWords } from "./model.ts";

const ACTS = {
  held: "evidence.verified",
  empty: "evidence.found_empty",
  broken: "evidence.found_broken",
  cancelled: "evidence.verification_cancelled",
  failed: "evidence.verification_failed",
} as const satisfies Partial<Record<CheckState, string>>;

/** Problems that the entry names; all of them stay with the verification. */
const NAMED = 20;

type End = { state: keyof typeof ACTS; found?: CheckFound };

/** Ends a verification inside the caller's transaction, with what it found and with its audit entry. */
export async function endCheck(
  tx: Sql,
  ctx: SqlContext,
  check: CheckRecord,
  { state, found }: End,
): Promise<void> {
  await tx.query(
    `UPDATE evidence_check SET state = $2::text, found = $3::jsonb, ended_at = $4::timestamptz WHERE id = $1::uuid`,
    [check.id, state, found === undefined ? null : JSON.stringify(found), ctx.now],
  );
  const name = spanWords(check.from.toISOString(), check.until.toISOString());
  await recordEntry(tx, ctx, {
    act: ACTS[state],
    target: { kind: "evidence_check", id: check.id, name },
    after: {
      askedBy: check.by,
      ...(found === undefined
        ? {}
        : {
            uses: found.uses,
            seals: found.seals,
            acts: found.acts,
            checkpoints: found.checkpoints,
            ...(found.problems.length === 0
              ? {}
              : {
                  problems: found.problems
                    .slice(0, NAMED)
                    .map(({ chain, sequence, says }) => `${chain} ${sequence}: ${says}`),
                }),
          }),
    },
  });
}
