import { requirePermission } from "../authz/require-permission.ts";
import type { RotateClientSecretInput } from "../clients/input.ts";
import type { ClientDetail } from "../clients/model.ts";
import { rotateClientSecret } from "../clients/rotate-client-secret.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { incidentTarget, readIncident } from "./incident-row.ts";

type Reissue = RotateClientSecretInput & { number: number; clientId: string };

/** Whether a client is named by a case, or holds one of its tokens. */
async function isOfCase(ctx: Context, incident: { id: string; compromisedFrom: Date }, clientId: string) {
  const named = await run(
    ctx.db,
    sql`SELECT 1 AS named FROM incident_subject s WHERE s.incident_id = ${incident.id}::uuid AND s.kind = 'client' AND s.target_id::text = ${clientId}::text`,
  );
  if (named.length > 0) return true;
  return (await readCaseTokens(ctx, incident)).rows.some(({ client }) => client.id === clientId);
}

/**
 * Gives a client whose tokens are in a case a new secret, shown once, as `rotateClientSecret` does; the case has it on record. Needs `incident:write` and
 * `client:write`. Recorded as `client.secret_rotated`, and as `incident.secret_reissued`, in one transaction.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a closed case, INVALID_INPUT for a client that holds none of its tokens, and what `rotateClientSecret` throws
 */
export async function reissueSecret(
  ctx: Context,
  { number, clientId, ...input }: Reissue,
): Promise<{ client: ClientDetail; secret: string }> {
  requirePermission(ctx, "incident:write");
  requirePermission(ctx, "client:write");
  const incident = await readIncident(ctx.db, number);
  if (!(await isOfCase(ctx, incident, clientId)))
    throw new DomainError("INVALID_INPUT", "The client holds none of the case's tokens.", {
      fields: [{ path: "id", message: "is no client of the case" }],
    });
  return rotateClientSecret(ctx, { ...input, clientId }, async (tx) => {
    const { state } = await readIncident(tx, number, true);
    if (state === "closed")
      throw new DomainError("CONFLICT", "The case is closed. Open it again to reissue in it.");
    return ({ client, hint }) => [
      {
        act: "incident.secret_reissued",
        target: incidentTarget(incident),
        after: { clientId, client, secret: `…${hint}`, overlapSeconds: input.overlapSeconds },
      },
    ];
  });
}
