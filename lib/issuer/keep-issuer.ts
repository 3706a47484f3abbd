import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/** The issuer that the database keeps, locked until the transaction ends where there is one; null on a new database. */
export async function lockIssuer(tx: Sql): Promise<string | null> {
  const [row] = await tx.query<{ issuer: string }>(
    "SELECT issuer FROM authority_issuer WHERE id = 1 FOR UPDATE",
  );
  return row?.issuer ?? null;
}

/** Writes `issuer` in the place of `before`. Recorded as `issuer.changed`, or `issuer.kept` for the first one. */
export async function writeIssuer(
  tx: Sql,
  ctx: SqlContext,
  before: string | null,
  issuer: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO authority_issuer (id, issuer, set_at) VALUES (1, $1::text, $2::timestamptz)
     ON CONFLICT (id) DO UPDATE SET issuer = excluded.issuer, set_at = excluded.set_at`,
    [issuer, ctx.now],
  );
  await recordEntry(tx, ctx, {
    act: before === null ? "issuer.kept" : "issuer.changed",
    target: { kind: "issuer", id: issuer, name: issuer },
    ...(before === null ? {} : { before: { issuer: before } }),
    after: { issuer },
  });
}

/**
 * Keeps the issuer that an authority is started under, and refuses another one from the first token on: everything that was issued before
 * would be refused as foreign. While no token was issued, the latest one is kept. Any number of processes may do so at once.
 *
 * @throws {DomainError} CONFLICT saying which issuer is kept and how it is changed on purpose.
 */
export async function keepIssuer(ctx: SqlContext, issuer: string): Promise<void> {
  const [known] = await ctx.db.query<{ issuer: string }>("SELECT issuer FROM authority_issuer WHERE id = 1");
  if (known?.issuer === issuer) return;
  await ctx.db.transaction(async (tx) => {
    // two that start on a new database take turns
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('tokenwarden issuer'))::text");
    const before = await lockIssuer(tx);
    if (before === issuer) return;
    const [{ hasTokens } = { hasTokens: true }] = await tx.query<{ hasTokens: boolean }>(
      'SELECT EXISTS (SELECT FROM token) AS "hasTokens"',
    );
    if (before !== null && hasTokens)
      throw new DomainError(
        "CONFLICT",
        `AUTHORITY_ISSUER is ${issuer}, but the tokens of this database were issued by ${before} and would all be refused: ` +
          `set AUTHORITY_ISSUER=${before}, or change it for good with: npx tokenwarden issuer set ${issuer} --instead-of ${before}`,
      );
    await writeIssuer(tx, ctx, before, issuer);
  });
}
