import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { addSampleClients } from "./add-sample-clients.ts";
import { addSampleDirectory } from "./add-sample-directory.ts";
import { addSampleVerifiers } from "./add-sample-verifiers.ts";
import type { CompletedCredentials } from "./credentials.ts";
import { SAMPLE_NAME } from "./sample-directory.ts";

const ACT = "demo.seeded";
const ADDED = ["audiences", "permissions", "groups", "users", "clients", "verifiers"] as const;

/** How many of each were added by this call. */
export type SeededSample = Record<(typeof ADDED)[number], number> & {
  /** Whether this call was the first that this instance saw. */
  isFirst: boolean;
};

async function requireRoom(tx: Sql): Promise<{ isFirst: boolean }> {
  const [held] = await tx.query<{ isSeeded: boolean; strangers: number }>(
    `SELECT EXISTS (SELECT FROM audit_entry WHERE act = $1::text AND outcome = 'done' AND actor_kind = 'system') AS "isSeeded",
       ((SELECT count(*) FROM client) + (SELECT count(*) FROM user_account) + (SELECT count(*) FROM verifier))::int AS strangers`,
    [ACT],
  );
  if (held?.isSeeded) return { isFirst: false };
  if ((held?.strangers ?? 1) > 0)
    throw new DomainError(
      "CONFLICT",
      "This instance already has clients, users or verifiers of its own, so the sample organisation was not loaded. Start the demo on an empty DATA_DIR.",
    );
  return { isFirst: true };
}

/**
 * Loads the sample organisation: clients, people, groups, audiences and verifiers, and gives the instance its name while it has none.
 * Called again it adds what is missing and leaves alone what an admin changed. Secrets that were made anew replace the old ones.
 * Recorded as one `demo.seeded` with the counts, when anything was added.
 *
 * @throws {DomainError} FORBIDDEN for anybody but the product itself; CONFLICT where the instance has clients, users or verifiers of
 *   its own: samples are never mixed into a real organisation.
 */
export async function seedSampleOrganisation(
  ctx: Context,
  completed: CompletedCredentials,
): Promise<SeededSample> {
  requirePermission(ctx, "organisation:write");
  if (ctx.actor.kind !== "system")
    throw new DomainError("FORBIDDEN", "The sample organisation is loaded by the demo only.");
  return ctx.db.transaction(async (tx) => {
    // two starts at once take turns
    await tx.query("SELECT id FROM organisation WHERE id = 1 FOR UPDATE");
    const { isFirst } = await requireRoom(tx);
    await tx.query(
      `UPDATE organisation SET name = $1::text, version = version + 1, updated_at = $2::timestamptz
       WHERE id = 1 AND version = 1 AND $3::boolean`,
      [SAMPLE_NAME, ctx.now, isFirst],
    );
    const directory = await addSampleDirectory(tx, ctx, completed);
    const clients = await addSampleClients(tx, ctx, directory, completed);
    const verifiers = await addSampleVerifiers(tx, ctx, directory, completed);
    const sets = { ...directory, clients, verifiers };
    const counts = Object.fromEntries(ADDED.map((kind) => [kind, sets[kind].size])) as Record<
      (typeof ADDED)[number],
      number
    >;
    const renewed = {
      clientSecrets: [...completed.newClientSecrets].filter((name) => !clients.has(name)),
      verifierSecrets: [...completed.newVerifierSecrets].filter((name) => !verifiers.has(name)),
    };
    const isChange =
      Object.values(counts).some((count) => count > 0) ||
      completed.isPasswordNew ||
      renewed.clientSecrets.length + renewed.verifierSecrets.length > 0;
    if (isChange)
      await recordEntry(tx, ctx, {
        act: ACT,
        target: { kind: "organisation", id: "1", name: SAMPLE_NAME },
        after: { added: counts, ...(isFirst ? {} : { renewed }) },
      });
    return { ...counts, isFirst };
  });
}
