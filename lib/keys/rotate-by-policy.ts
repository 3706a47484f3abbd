import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { plural } from "../order-plans/plan-words.ts";
import { insertStandby } from "./insert-key.ts";
import { keyTarget } from "./key-standing.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { makeSuccessor } from "./make-successor.ts";
import type { KeyAlgorithm, KeyPurpose } from "./model.ts";

/** A rotation that somebody cancelled is not planned again by the policy for so long. */
const REST_AFTER_CANCEL = "1 day";

const DUE = `
  SELECT k.kid, k.purpose, k.algorithm, p.every_days AS "everyDays", p.ahead_days AS "aheadDays",
    k.activated_at + make_interval(days => p.every_days) AS "activatesAt"
  FROM signing_key k JOIN key_policy p ON p.purpose = k.purpose AND p.algorithm = k.algorithm
  WHERE p.is_on AND k.state = 'active' AND k.activated_at + make_interval(days => p.every_days - p.ahead_days) <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM signing_key s WHERE s.purpose = k.purpose
      AND ((s.state = 'standby' AND s.activates_at IS NOT NULL)
        OR (s.activated_at IS NULL AND s.retired_at > clock_timestamp() - interval '${REST_AFTER_CANCEL}')))
  ORDER BY "activatesAt", k.kid LIMIT 1`;

type Due = {
  kid: string;
  purpose: KeyPurpose;
  algorithm: KeyAlgorithm;
  everyDays: number;
  aheadDays: number;
  activatesAt: Date;
};

/**
 * Makes the next key of one purpose whose policy says so, of the algorithm that signs; of several workers one does. It signs on the policy's day, or as soon as every cache can have
 * it where that day has passed. Recorded as `key.created`.
 *
 * @returns true where a key was made, and there may be more to do.
 * @throws {DomainError} SEALED
 */
export async function rotateByPolicy(ctx: SqlContext, wrapper: KeyWrapper): Promise<boolean> {
  const [due] = await ctx.db.query<Due>(DUE);
  if (due === undefined) return false;
  const { purpose, algorithm, everyDays, aheadDays } = due;
  const key = await makeSuccessor(ctx.db, wrapper, due, algorithm);
  return ctx.db.transaction(async (tx) => {
    const times = await insertStandby(tx, ctx, key, due.activatesAt);
    if (times === null) return false;
    await recordEntry(tx, ctx, {
      act: "key.created",
      target: keyTarget(key),
      reason: "policy",
      note: `Every ${plural(everyDays, "day", "days")}, announced ${plural(aheadDays, "day", "days")} ahead.`,
      after: {
        purpose,
        algorithm,
        state: "standby",
        replaces: due.kid,
        readyAt: times.readyAt.toISOString(),
        activatesAt: times.activatesAt.toISOString(),
      },
    });
    return true;
  });
}
