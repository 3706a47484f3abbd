import type { Sql } from "../db/sql.ts";

/** An e-mail address with what looks the same made the same: 0 and o, 1 and l and i, rn and m, vv and w. */
export function skeletonOf(email: string): string {
  return email
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replace(/[01i|]/g, (character) => (character === "0" ? "o" : "l"));
}

/** The same in SQL, over `u.email`. */
const SKELETON = "translate(replace(replace(u.email, 'rn', 'm'), 'vv', 'w'), '01i|', 'olll')";

/** Says of users to be created whose addresses look like one that is there: a person may exist twice by a slip, or be imitated. */
export async function remarkLookAlikes(tx: Sql, importId: string): Promise<void> {
  await tx.query(
    `UPDATE people_import_row r SET remark = 'Looks like ' || left(u.email, 80) || ', who is there already.'
     FROM user_account u WHERE r.import_id = $1::uuid AND r.outcome = 'created' AND r.remark IS NULL
       AND ${SKELETON.replaceAll("u.email", "r.key")} = ${SKELETON}`,
    [importId],
  );
}
