import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { requireNotGuessable } from "../passwords/guessable.ts";
import { hashPassword } from "../passwords/hash-password.ts";
import { lockOwners } from "./owner-lock.ts";

/**
 * The first owner of an empty database from ADMIN_EMAIL and ADMIN_PASSWORD, for automation. Their second factor is enrolled at
 * the first sign-in, which the password alone reaches: sign in once before others can reach the console.
 * Does nothing, and answers null, where any admin exists. Recorded as `admin.created`.
 *
 * @throws {DomainError} INVALID_INPUT for a password that would be guessed soon.
 */
export async function createOwnerFromEnv(
  ctx: Context,
  { email, password }: { email: string; password: string },
): Promise<{ adminId: string } | null> {
  requirePermission(ctx, "admin:write");
  const [anybody] = await ctx.db.query("SELECT id FROM admin LIMIT 1");
  if (anybody !== undefined) return null;
  requireNotGuessable(password, { email, name: "" });
  const passwordHash = await hashPassword(password);
  return ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    const [first] = await tx.query("SELECT id FROM admin LIMIT 1");
    if (first !== undefined) return null;
    const id = uuidv7(ctx.now);
    const address = email.toLowerCase();
    await tx.query(
      `INSERT INTO admin (id, email, name, role, password_hash, created_at, password_set_at)
       VALUES ($1::uuid, $2::text, $2::text, 'owner', $3::text, $4::timestamptz, $4::timestamptz)`,
      [id, address, passwordHash, ctx.now],
    );
    await recordEntry(tx, ctx, {
      act: "admin.created",
      target: { kind: "admin", id, name: address },
      note: "first owner, from the environment",
      after: { email: address, name: address, role: "owner" },
    });
    return { adminId: id };
  });
}
