import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { lockIssuer, writeIssuer } from "./keep-issuer.ts";

/**
 * Changes the issuer of this database for good: authorities that run under the old one go on until they are started anew, and tokens that
 * they issued are refused from then on. `insteadOf` names the present issuer, so that nobody changes what they did not look at.
 * Recorded as `issuer.changed`.
 *
 * @throws {DomainError} CONFLICT where `insteadOf` is not the present issuer, or nothing would change.
 */
export async function changeIssuer(
  ctx: Context,
  { issuer, insteadOf }: { issuer: string; insteadOf: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const before = await lockIssuer(tx);
    if (before === null)
      throw new DomainError(
        "CONFLICT",
        "no issuer is kept yet: the first start of an authority keeps AUTHORITY_ISSUER",
      );
    if (before !== insteadOf)
      throw new DomainError("CONFLICT", `the present issuer is ${before}, not ${insteadOf}`);
    if (before === issuer) throw new DomainError("CONFLICT", `${issuer} is the issuer already`);
    await writeIssuer(tx, ctx, before, issuer);
  });
}
