import type { Sql } from "../db/sql.ts";
import { type ActBounds, type ActToProve, proveActs } from "./prove-acts.ts";
import { proveUses, type UseBounds, type UseToProve } from "./prove-uses.ts";
import type { RecordProofs } from "./record-proofs.ts";
import { SignedHeads } from "./signed-heads.ts";

type Wanted = {
  uses: readonly UseToProve[];
  acts: readonly ActToProve[];
  /** By default USE_BOUNDS and ACT_BOUNDS. */
  bounds?: { uses?: UseBounds; acts?: ActBounds };
};

/**
 * What proves of some uses and acts that they stand in the log as it was sealed: of as many as a checkpoint covers, and as can be proved in reasonable time and memory. Of each other one it has why.
 * However large the log is, 20,000 rows of uses or 2,000 of acts are in memory at once, beside the hashes of one seal (300,000 at most) and what is given back: 60,000 seals and 100,000 hashes of acts at most.
 */
export async function makeRecordProofs(db: Sql, { uses, acts, bounds }: Wanted): Promise<RecordProofs> {
  const heads = new SignedHeads(db);
  const { unproved: unprovedUses, ...proved } = await proveUses(db, heads, { uses, bounds: bounds?.uses });
  const { acts: stretches, unproved: unprovedActs } = await proveActs(db, heads, {
    acts,
    bounds: bounds?.acts,
  });
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
