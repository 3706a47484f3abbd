import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { DomainError, tooManyAttempts } from "../errors.ts";
import { appendSignals } from "./append-signals.ts";
import { MIN_VERIFICATION_SECONDS, type StreamRow, VERIFICATION } from "./model.ts";
import { requireStreamOwner, type StreamOwner } from "./stream-owner.ts";
import { lockStream, readStream, streamTarget } from "./stream-record.ts";
import { opaque } from "./subjects.ts";

/**
 * Sends a verification event over a stream, behind what it has not delivered yet. Whoever asks by the receiver's credential may give a `state` to know it by. Recorded as
 * `signal_stream.verification_sent`. Needs `verifier:write`, or the credential of its verifier.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a stream that is not enabled, TOO_MANY_ATTEMPTS where the last one was a moment ago.
 * @see OpenID Shared Signals Framework 1.0 section 8.1.4
 */
export async function verifyStream(
  ctx: SqlContext,
  { streamId, state }: { streamId: string; state?: string | undefined },
  owner: StreamOwner = "console",
): Promise<StreamRow> {
  const verifierId = requireStreamOwner(ctx, owner);
  return ctx.db.transaction(async (tx) => {
    const before = await lockStream(tx, { id: streamId, verifierId });
    if (before.status !== "enabled")
      throw new DomainError("CONFLICT", "This stream is not enabled: nothing is sent over it.");
    const askedAt = before.verificationAskedAt === null ? 0 : Date.parse(before.verificationAskedAt);
    const waitMs = askedAt + MIN_VERIFICATION_SECONDS * 1000 - ctx.now.getTime();
    if (waitMs > 0)
      throw tooManyAttempts(
        `One test in ${MIN_VERIFICATION_SECONDS} seconds: the last one is on its way`,
        waitMs,
      );
    const event = state === undefined ? {} : { state };
    await appendSignals(tx, [
      { type: VERIFICATION, subject: opaque(streamId), event, at: ctx.now, streamId },
    ]);
    // a test is asked for by somebody who has mended something: the next attempt is now
    await tx.query(
      "UPDATE signal_stream SET verification_asked_at = $2::timestamptz, next_attempt_at = NULL WHERE id = $1::uuid",
      [streamId, ctx.now],
    );
    await recordEntry(tx, ctx, { act: "signal_stream.verification_sent", target: streamTarget(before) });
    return readStream(tx, { id: streamId });
  });
}
