import type { Sql } from "../db/sql.ts";
import { DomainError, type FieldProblem } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import type { Delivery } from "./model.ts";

/** @throws {DomainError} INVALID_INPUT where the address may not be called, or not by this delivery. */
export function requireSink(outbound: Outbound, delivery: Delivery, url: string): Promise<void> {
  return requireCallable(outbound, url, "url", delivery === "webhook" ? "http" : "syslog");
}

/** What only one kind of delivery has. @throws {DomainError} INVALID_INPUT */
export function requireFitting(
  delivery: Delivery,
  { authorization, caPem }: { authorization?: string | null | undefined; caPem?: string | null | undefined },
): void {
  const fields: FieldProblem[] = [];
  if (delivery === "syslog" && typeof authorization === "string")
    fields.push({ path: "authorization", message: "is for webhooks: leave it out" });
  if (delivery === "webhook" && typeof caPem === "string")
    fields.push({ path: "caPem", message: "is for syslog: leave it out" });
  if (fields.length > 0)
    throw new DomainError("INVALID_INPUT", "These settings do not go together.", { fields });
}

/** @throws {DomainError} INVALID_INPUT, CONFLICT */
export async function requireClientsAndName(
  tx: Sql,
  { id, name, clientIds }: { id: string; name: string; clientIds: readonly string[] },
): Promise<void> {
  const [found] = await tx.query<{ isTaken: boolean; clients: bigint }>(
    `SELECT EXISTS (SELECT FROM event_stream WHERE name = $2::text AND id <> $1::uuid) AS "isTaken",
       (SELECT count(*) FROM client WHERE id = ANY ($3::uuid[])) AS clients`,
    [id, name, clientIds],
  );
  if (found?.isTaken) throw new DomainError("CONFLICT", "There is a stream of this name already.");
  if (found?.clients !== BigInt(clientIds.length))
    throw new DomainError("INVALID_INPUT", "One of these clients does not exist.", {
      fields: [{ path: "clientIds", message: "names a client that does not exist" }],
    });
}
