import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import { requireClientsAndName, requireFitting, requireSink } from "./check-sink.ts";
import type { CreateEventStreamInput } from "./input.ts";
import { type CreatedEventStream, EVENT_STREAMS_MAX } from "./model.ts";
import {
  newSigningSecret,
  type SinkKeeping,
  signingSecretLabel,
  sinkAuthorizationLabel,
  wrapText,
} from "./sealed-values.ts";
import { auditedEventStream, eventStreamTarget, getStreamRecord, withLag } from "./stream-record.ts";
import { LOW_OF_NOW } from "./uses-position.ts";

/**
 * Makes a stream of the audit to a sink: from here on, what is written to the log is sent there. The answer shows the key of a webhook's signatures once. It takes evidence out of the product, so only an
 * owner may: needs `event-stream:write`. Recorded as `event_stream.created`.
 *
 * @throws {DomainError} INVALID_INPUT for an address that may not be called, CONFLICT for a name that is taken or too many of them.
 */
export async function createEventStream(
  ctx: Context,
  input: CreateEventStreamInput,
  { outbound, wrapper }: SinkKeeping,
): Promise<CreatedEventStream> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  requireFitting(input.delivery, input);
  await requireSink(outbound, input.delivery, input.url);
  const id = uuidv7(ctx.now);
  const secret = input.delivery === "webhook" ? newSigningSecret() : null;
  const sealed = {
    secret: secret === null ? null : await wrapText(wrapper, signingSecretLabel(id), secret),
    authorization:
      input.authorization === undefined
        ? null
        : await wrapText(wrapper, sinkAuthorizationLabel(id), input.authorization),
  };
  return ctx.db.transaction(async (tx) => {
    await requireRoom(tx);
    await requireClientsAndName(tx, { id, ...input });
    await run(
      tx,
      sql`INSERT INTO event_stream (id, name, delivery, url, format, sources, outcome, client_ids, secret_wrapped, authorization_wrapped, ca_pem, acts_sequence, uses_base, uses_low,
          created_at, updated_at)
        SELECT ${id}::uuid, ${input.name}::text, ${input.delivery}::text, ${input.url}::text, ${input.format}::text, ${input.sources}::text[], ${input.outcome}::text,
          ${input.clientIds}::uuid[], ${sealed.secret}::bytea, ${sealed.authorization}::bytea, ${input.caPem ?? null}::text,
          coalesce((SELECT max(sequence) FROM audit_entry), 0), pg_current_snapshot()::text, ${LOW_OF_NOW}, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz`,
    );
    const record = await getStreamRecord(tx, id);
    await tellSettingsChanged(tx, ctx, {
      what: `the event stream ${record.name}`,
      path: `/settings/event-streams/${id}`,
    });
    await recordEntry(tx, ctx, {
      act: "event_stream.created",
      target: eventStreamTarget(record),
      after: auditedEventStream(record),
    });
    return { stream: await withLag(tx, record), secret };
  });
}

async function requireRoom(tx: Sql): Promise<void> {
  // of two at once the second waits, and sees the first
  await tx.query("LOCK TABLE event_stream IN SHARE ROW EXCLUSIVE MODE");
  const [row] = await tx.query<{ all: bigint }>("SELECT count(*) AS all FROM event_stream");
  if (row !== undefined && row.all >= BigInt(EVENT_STREAMS_MAX))
    throw new DomainError("CONFLICT", `There are at most ${EVENT_STREAMS_MAX} streams: remove one first.`);
}
