import type { Sql } from "../db/sql.ts";

/**
 * One at a time mutes, ends a mute, or writes down what was found: who finds would else look at the mutes of before, and call one over that has just begun. Taken before any detection's row is; held to the
 * transaction's end.
 */
export async function holdMutes(tx: Sql): Promise<void> {
  await tx.query(
    "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.detection_mutes'))) l",
  );
}
