import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import type { KeyPolicyInput } from "./input.ts";
import { readKeyPolicies } from "./list-key-policies.ts";
import { KEY_PURPOSE_WORDS, type KeyPolicy, type KeyPurpose } from "./model.ts";

/** The algorithm that a policy is meant for where none is named: the one that signs. */
async function algorithmOf(tx: Sql, purpose: string): Promise<string | null> {
  const [row] = await tx.query<{ algorithm: string }>(
    "SELECT algorithm FROM signing_key WHERE purpose = $1::text AND state = 'active'",
    [purpose],
  );
  return row?.algorithm ?? null;
}

/**
 * Changes how often the key of a purpose is replaced by itself while it has an algorithm; the worker goes by it from its next look on. A rotation that is under way goes on. Needs
 * `key:rotate`. Recorded as `key_policy.updated`; a change of nothing records nothing.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, STALE_VERSION, INVALID_INPUT.
 */
export async function changeKeyPolicy(ctx: Context, input: KeyPolicyInput): Promise<KeyPolicy> {
  requirePermission(ctx, "key:rotate");
  await requireApproval(ctx, "keys");
  const { purpose, algorithm: named, version: seen, ...wanted } = input;
  return ctx.db.transaction(async (tx) => {
    const algorithm = named ?? (await algorithmOf(tx, purpose));
    const targetId = `${purpose} ${algorithm}`;
    const [row] = await tx.query<{ isOn: boolean; everyDays: number; aheadDays: number; version: number }>(
      `SELECT is_on AS "isOn", every_days AS "everyDays", ahead_days AS "aheadDays", version FROM key_policy WHERE purpose = $1::text AND algorithm = $2::text FOR UPDATE`,
      [purpose, algorithm],
    );
    if (row === undefined) throw notFound("The policy");
    const { version, ...before } = row;
    await requireVersion(tx, seen, {
      what: "The policy",
      act: "key_policy.updated",
      targetId,
      version,
    });
    const changes = changesOf(before, wanted);
    if (changes !== null) {
      await tx.query(
        `UPDATE key_policy SET is_on = $2::boolean, every_days = $3::int, ahead_days = $4::int, version = version + 1, updated_at = $5::timestamptz
         WHERE purpose = $1::text AND algorithm = $6::text`,
        [purpose, wanted.isOn, wanted.everyDays, wanted.aheadDays, ctx.now, algorithm],
      );
      await recordEntry(tx, ctx, {
        act: "key_policy.updated",
        target: {
          kind: "key_policy",
          id: targetId,
          name: `${KEY_PURPOSE_WORDS[purpose as KeyPurpose].name}, ${algorithm}`,
        },
        ...changes,
      });
    }
    const changed = (await readKeyPolicies(tx)).find(
      (policy) => policy.purpose === purpose && policy.algorithm === algorithm,
    );
    if (changed === undefined) throw notFound("The policy");
    return changed;
  });
}
