import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { requireNotGuessable } from "../passwords/guessable.ts";
import { hashPassword } from "../passwords/hash-password.ts";
import { readUser } from "./get-user.ts";
import type { CreateUserInput } from "./input.ts";
import type { UserDetail } from "./model.ts";
import { saveMemberships } from "./save-memberships.ts";

/**
 * Adds a person who can hold tokens. Recorded as `user.created`, never the password. Needs `user:write`.
 *
 * @throws {DomainError} CONFLICT for an e-mail that is taken, INVALID_INPUT for an unknown group.
 */
export async function createUser(ctx: Context, input: CreateUserInput): Promise<UserDetail> {
  requirePermission(ctx, "user:write");
  if (input.password !== undefined) requireNotGuessable(input.password, input);
  const passwordHash = input.password === undefined ? null : await hashPassword(input.password);
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    const made = await tx.query(
      `INSERT INTO user_account (id, email, name, password_hash, attributes, created_at, updated_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::jsonb, $6::timestamptz, $6::timestamptz)
       ON CONFLICT (email) DO NOTHING RETURNING id`,
      [id, input.email, input.name, passwordHash, JSON.stringify(input.attributes), ctx.now],
    );
    if (made.length === 0) throw emailTaken();
    await saveMemberships(tx, { userId: id, groupIds: input.groupIds });
    const user = await readUser(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "user.created",
      target: { kind: "user", id, name: user.email },
      after: {
        email: user.email,
        name: user.name,
        groups: user.groups.map((group) => group.name),
        hasPassword: user.hasPassword,
        attributes: user.attributes,
      },
    });
    return user;
  });
}

export function emailTaken(): DomainError {
  return new DomainError("CONFLICT", "A user with this e-mail exists.", {
    fields: [{ path: "email", message: "is in use" }],
  });
}
