import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import { type CreatedEventStream, PREVIOUS_SECRET_HOURS } from "./model.ts";
import { newSigningSecret, signingSecretLabel, wrapText } from "./sealed-values.ts";
import { eventStreamTarget, lockStreamRecord, readEventStream } from "./stream-record.ts";

/**
 * Gives a webhook a new key for its signatures, shown once; the present one signs beside it for a day, so that the sink can change over. Recorded as `event_stream.secret_rotated`. Needs
 * `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for syslog, which has none.
 */
export async function rotateEventStreamSecret(
  ctx: Context,
  { streamId }: { streamId: string },
  { wrapper }: { wrapper: KeyWrapper },
): Promise<CreatedEventStream> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  const secret = newSigningSecret();
  const wrapped = await wrapText(wrapper, signingSecretLabel(streamId), secret);
  return ctx.db.transaction(async (tx) => {
    const before = await lockStreamRecord(tx, streamId);
    if (before.delivery !== "webhook")
      throw new DomainError("CONFLICT", "Syslog has no signatures, and no key for them.");
    const until = new Date(ctx.now.getTime() + PREVIOUS_SECRET_HOURS * 3_600_000);
    await tx.query(
      `UPDATE event_stream SET previous_secret_wrapped = secret_wrapped, previous_secret_until = $3::timestamptz, secret_wrapped = $2::bytea,
         leased_by = NULL, leased_until = NULL, updated_at = $4::timestamptz WHERE id = $1::uuid`,
      [streamId, wrapped, until, ctx.now],
    );
    await tellSettingsChanged(tx, ctx, {
      what: `the key of the event stream ${before.name}`,
      path: `/settings/event-streams/${streamId}`,
    });
    await recordEntry(tx, ctx, {
      act: "event_stream.secret_rotated",
      target: eventStreamTarget(before),
      after: { previousSignsUntil: until.toISOString() },
    });
    return { stream: await readEventStream(tx, streamId), secret };
  });
}
