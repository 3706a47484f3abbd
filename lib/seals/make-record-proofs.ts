import type { Sql } from "../db/sql.ts";
import { type ActToProve, proveActs } from "./prove-acts.ts";
import { proveUses, type UseToProve } from "./prove-uses.ts";
import type { RecordProofs } from "./record-proofs.ts";
import { SignedHeads } from "./signed-heads.ts";

/** What proves of some uses and acts that they stand in the log as it was sealed: of as many as a checkpoint covers, and as can be proved in reasonable time. Of each other one it has why. */
export async function makeRecordProofs(
  db: Sql,
  { uses, acts }: { uses: readonly UseToProve[]; acts: readonly ActToProve[] },
): Promise<RecordProofs> {
  const heads = new SignedHeads(db);
  const { unproved: unprovedUses, ...proved } = await proveUses(db, heads, uses);
  const { acts: stretches, unproved: unprovedActs } = await proveActs(db, heads, acts);
  const keys = await db.query<RecordProofs["keys"][number]>(
    "SELECT kid, algorithm AS alg, public_jwk AS jwk FROM signing_key WHERE purpose = 'checkpoint' ORDER BY created_at",
  );
  return {
    keys,
    checkpoints: heads.used,
    ...proved,
    acts: stretches,
    unproved: { uses: unprovedUses, acts: unprovedActs },
  };
}
