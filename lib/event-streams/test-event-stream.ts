import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { tooManyAttempts } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { jsonOf } from "./encode-event.ts";
import { TEST_EVERY_SECONDS, type TestedEventStream } from "./model.ts";
import { openSink } from "./open-sink.ts";
import type { SinkKeeping } from "./sealed-values.ts";
import type { TestEvent } from "./stream-event.ts";
import { eventStreamTarget, lockStreamRecord, readEventStream } from "./stream-record.ts";

/**
 * Sends one event that says of itself that it is a test, at once and out of the stream's turn, and tells what the sink answered. The stream does not move; where it waits after a failure and the test was
 * taken, it is tried at once. Recorded as `event_stream.tested` before it is sent. Needs `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND, TOO_MANY_ATTEMPTS where the last one was a moment ago.
 */
export async function testEventStream(
  ctx: Context,
  { streamId }: { streamId: string },
  keeping: SinkKeeping,
): Promise<TestedEventStream> {
  requirePermission(ctx, "event-stream:write");
  const stream = await ctx.db.transaction(async (tx) => {
    const before = await lockStreamRecord(tx, streamId);
    const waitMs = (before.testedAt?.getTime() ?? 0) + TEST_EVERY_SECONDS * 1_000 - ctx.now.getTime();
    if (waitMs > 0) throw tooManyAttempts(`One test in ${TEST_EVERY_SECONDS} seconds`, waitMs);
    await tx.query("UPDATE event_stream SET tested_at = $2::timestamptz WHERE id = $1::uuid", [
      streamId,
      ctx.now,
    ]);
    await recordEntry(tx, ctx, { act: "event_stream.tested", target: eventStreamTarget(before) });
    return before;
  });
  const event: TestEvent = {
    type: "test",
    id: uuidv7(ctx.now),
    at: ctx.now.toISOString(),
    isTest: true,
    message: `A test of the stream ${stream.name}, sent by ${ctx.actor.name}: nothing happened.`,
    stream: { id: stream.id, name: stream.name },
  };
  const sink = await openSink(stream, keeping);
  const sent = await sink.send([{ event, json: jsonOf(event, stream.format) }], ctx.now);
  if (sent.outcome === "taken")
    await ctx.db.query("UPDATE event_stream SET next_attempt_at = NULL WHERE id = $1::uuid", [streamId]);
  return {
    stream: await readEventStream(ctx.db, streamId),
    isTaken: sent.outcome === "taken",
    answer: sent.outcome === "taken" ? sent.answer : sent.why,
  };
}
