import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import { requireClientsAndName, requireFitting, requireSink } from "./check-sink.ts";
import type { UpdateEventStreamInput } from "./input.ts";
import type { EventStreamRow } from "./model.ts";
import { type SinkKeeping, sinkAuthorizationLabel, wrapText } from "./sealed-values.ts";
import {
  auditedEventStream,
  type EventStreamRecord,
  eventStreamTarget,
  getStreamRecord,
  lockStreamRecord,
  withLag,
} from "./stream-record.ts";

/**
 * Changes where a stream goes and what it carries. What it has not delivered yet goes out by the new settings, at once; a source that is taken up begins where the stream last was with it. With another
 * address what is sent as Authorization has to come again. Recorded as `event_stream.updated`; a change of nothing records nothing. Needs `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, INVALID_INPUT, CONFLICT
 */
export async function updateEventStream(
  ctx: Context,
  { streamId, ...input }: UpdateEventStreamInput & { streamId: string },
  { outbound, wrapper }: SinkKeeping,
): Promise<EventStreamRow> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  const { delivery } = await getStreamRecord(ctx.db, streamId);
  requireFitting(delivery, input);
  if (input.url !== undefined) await requireSink(outbound, delivery, input.url);
  const sealed =
    typeof input.authorization === "string"
      ? await wrapText(wrapper, sinkAuthorizationLabel(streamId), input.authorization)
      : null;
  return ctx.db.transaction(async (tx) => {
    const before = await lockStreamRecord(tx, streamId);
    await requireVersion(tx, input.version, {
      what: "The stream",
      act: "event_stream.updated",
      targetId: streamId,
      version: before.version,
    });
    requireAuthorizationAnew(before, input);
    const next = {
      name: input.name ?? before.name,
      url: input.url ?? before.url,
      format: input.format ?? before.format,
      sources: input.sources ?? before.sources,
      outcome: input.outcome ?? before.outcome,
      clientIds: input.clientIds ?? before.clientIds,
      caPem: input.caPem === undefined ? before.caPem : input.caPem,
      authorization: input.authorization === undefined ? before.authorizationWrapped : sealed,
    };
    // a client that was deleted since stays as it is
    if (input.clientIds !== undefined || input.name !== undefined)
      await requireClientsAndName(tx, { id: streamId, name: next.name, clientIds: input.clientIds ?? [] });
    await run(
      tx,
      sql`UPDATE event_stream SET name = ${next.name}::text, url = ${next.url}::text, format = ${next.format}::text, sources = ${next.sources}::text[],
          outcome = ${next.outcome}::text, client_ids = ${next.clientIds}::uuid[], ca_pem = ${next.caPem}::text, authorization_wrapped = ${next.authorization}::bytea,
          failures = 0, next_attempt_at = NULL, leased_by = NULL, leased_until = NULL WHERE id = ${streamId}::uuid`,
    );
    const after = await getStreamRecord(tx, streamId);
    const changes = changesOf(auditedEventStream(before), {
      ...auditedEventStream(after),
      ...(sealed === null ? {} : { authorization: "set anew" }),
      ...(after.caPem !== null && after.caPem !== before.caPem ? { authorities: "others" } : {}),
    });
    if (changes === null) return withLag(tx, before);
    await tx.query(
      "UPDATE event_stream SET version = version + 1, updated_at = $2::timestamptz WHERE id = $1::uuid",
      [streamId, ctx.now],
    );
    await tellSettingsChanged(tx, ctx, {
      what: `the event stream ${after.name}`,
      path: `/settings/event-streams/${streamId}`,
    });
    await recordEntry(tx, ctx, { act: "event_stream.updated", target: eventStreamTarget(after), ...changes });
    return withLag(tx, await getStreamRecord(tx, streamId));
  });
}

/** What one address is sent as Authorization is a secret of that address: another one is not sent it without a word. */
function requireAuthorizationAnew(before: EventStreamRecord, input: UpdateEventStreamInput): void {
  const isSaid = before.authorizationWrapped === null || input.authorization !== undefined;
  if (isSaid || input.url === undefined || input.url === before.url) return;
  throw new DomainError(
    "INVALID_INPUT",
    "The address is another one: say again what is sent there as Authorization.",
    {
      fields: [
        { path: "authorization", message: "must be said again for another address, or that there is none" },
      ],
    },
  );
}
