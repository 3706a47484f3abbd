import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import type { CreateStreamInput } from "./input.ts";
import { STREAMS_MAX, STREAMS_PER_VERIFIER_MAX, type StreamRow } from "./model.ts";
import { type EndpointKeeping, wrapAuthorization } from "./stream-endpoint.ts";
import { requireStreamOwner, type StreamOwner } from "./stream-owner.ts";
import { auditedStream, readStream, streamTarget } from "./stream-record.ts";

/**
 * Makes a stream: from here on its receiver is told what happens, and nothing of what was. Recorded as `signal_stream.created`, never with what is sent as Authorization.
 * Needs `verifier:write`, or the credential of the verifier that it is for.
 *
 * @throws {DomainError} INVALID_INPUT for an unknown verifier or an address that may not be called, CONFLICT where there are too many.
 */
export async function createStream(
  ctx: SqlContext,
  input: CreateStreamInput,
  { outbound, wrapper }: EndpointKeeping,
  owner: StreamOwner = "console",
): Promise<StreamRow> {
  requireStreamOwner(ctx, owner);
  if (owner === "console") await requireApproval(ctx, "streams");
  if (input.endpointUrl !== undefined) await requireCallable(outbound, input.endpointUrl, "endpointUrl");
  const id = uuidv7(ctx.now);
  const wrapped =
    input.authorization === undefined ? null : await wrapAuthorization(wrapper, id, input.authorization);
  return ctx.db.transaction(async (tx) => {
    // of two at once the second sees the first: the head is locked, and it is where the stream begins
    const [head] = await tx.query<{ sequence: bigint }>(
      "SELECT sequence FROM signal_head WHERE id = 1 FOR UPDATE",
    );
    await requireRoom(tx, input.verifierId);
    await tx.query(
      `INSERT INTO signal_stream (id, verifier_id, description, audience, events, delivery, endpoint_url, authorization_wrapped, cursor, created_at, updated_at)
       VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text[], $6::text, $7::text, $8::bytea, $9::bigint, $10::timestamptz, $10::timestamptz)`,
      [
        id,
        input.verifierId,
        input.description,
        input.audience ?? input.verifierId,
        input.events,
        input.delivery,
        input.endpointUrl ?? null,
        wrapped,
        head?.sequence ?? 0n,
        ctx.now,
      ],
    );
    const stream = await readStream(tx, { id });
    await recordEntry(tx, ctx, {
      act: "signal_stream.created",
      target: streamTarget(stream),
      after: auditedStream(stream),
    });
    return stream;
  });
}

async function requireRoom(tx: Sql, verifierId: string): Promise<void> {
  const [count] = await tx.query<{ isThere: boolean; all: bigint; own: bigint }>(
    `SELECT EXISTS (SELECT FROM verifier WHERE id = $1::uuid) AS "isThere", count(*) AS all, count(*) FILTER (WHERE verifier_id = $1::uuid) AS own
     FROM signal_stream`,
    [verifierId],
  );
  if (count?.isThere !== true)
    throw new DomainError("INVALID_INPUT", "This verifier does not exist.", {
      fields: [{ path: "verifierId", message: "is no verifier" }],
    });
  if (count.own >= BigInt(STREAMS_PER_VERIFIER_MAX))
    throw new DomainError(
      "CONFLICT",
      `A verifier has at most ${STREAMS_PER_VERIFIER_MAX} streams: remove one first.`,
    );
  if (count.all >= BigInt(STREAMS_MAX))
    throw new DomainError("CONFLICT", `There are at most ${STREAMS_MAX} streams: remove one first.`);
}
