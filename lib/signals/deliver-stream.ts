import { readClock } from "../clocks/read-clock.ts";
import { changeLeased, FAILED, heldFor, LET_GO } from "../db/leases.ts";
import type { Sql, SqlValue } from "../db/sql.ts";
import type { JwtSigner } from "../keys/jwt-signer.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { backoffMs } from "../outbound/backoff.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { VERIFICATION } from "./model.ts";
import { type LoggedSignal, readOutstanding } from "./next-events.ts";
import { pushEvent } from "./push-event.ts";
import { claimsOf } from "./security-event-token.ts";
import { openAuthorization } from "./stream-endpoint.ts";

/** A stream that this worker holds, as it was when it took it. */
export type LeasedStream = {
  id: string;
  audience: string;
  endpointUrl: string;
  authorizationWrapped: Buffer | null;
  failures: number;
  /** How often the next event was refused for what it is. */
  refusals: number;
};

export type Delivering = {
  db: Sql;
  /** The worker. */
  workerId: string;
  issuer: string;
  wrapper: KeyWrapper;
  outbound: Outbound;
  signer: () => Promise<JwtSigner>;
  signal: AbortSignal;
};

/** Longer than a push may take: nobody else takes a stream whose worker lives. */
export const LEASE_SECONDS = 15;
const PAGE = 50;
/** How often an event is refused for what it is before it is left out. An outage in between is no refusal. */
const REFUSALS = 5;

/** The stream goes on being this worker's, with what is set beside; false where it is not any more. */
const keep = (
  { db, workerId }: Delivering,
  streamId: string,
  change: string,
  values: readonly SqlValue[] = [],
): Promise<boolean> => changeLeased(db, { table: "signal_stream", id: streamId, workerId }, change, values);

const HELD = heldFor(LEASE_SECONDS);
/** How far the cursor goes: a notice is out of its turn. */
const PASSED = "cursor = greatest(cursor, $3::bigint)";

/**
 * Sends what a stream has still to get, one event after the other, each until it is taken; then lets the stream go. Where it fails, the stream waits. An event counts as
 * delivered once its receiver has taken it and that is on record: whatever ends in between is sent again, under the same `jti`.
 */
export async function deliverStream(delivering: Delivering, stream: LeasedStream): Promise<void> {
  const { db, wrapper, signal } = delivering;
  const authorization =
    stream.authorizationWrapped === null
      ? null
      : await openAuthorization(wrapper, stream.id, stream.authorizationWrapped);
  let { failures, refusals } = stream;
  while (!signal.aborted) {
    const { head, isOpen, notice, events } = await readOutstanding(db, stream.id, PAGE);
    const batch = [...(notice === null ? [] : [notice]), ...(isOpen ? events : [])];
    for (const event of batch) {
      if (signal.aborted) break;
      const pushed = await push(delivering, stream, authorization, event);
      if (pushed.outcome === "taken") {
        failures = 0;
        refusals = 0;
        if (!(await recordTaken(delivering, stream, event, event === notice))) return;
        continue;
      }
      failures += 1;
      if (pushed.outcome === "refused") refusals += 1;
      if (pushed.outcome === "refused" && refusals >= REFUSALS) {
        failures = 0;
        refusals = 0;
        if (!(await recordRefused(delivering, stream, event, pushed.why, event === notice))) return;
        continue;
      }
      await keep(delivering, stream.id, `${FAILED}, refusals = $6::int`, [
        failures,
        pushed.why,
        backoffMs(failures),
        refusals,
      ]);
      return;
    }
    if (batch.length === 0) {
      if (isOpen) await keep(delivering, stream.id, `${PASSED}, ${LET_GO}`, [head]);
      break;
    }
  }
  await keep(delivering, stream.id, LET_GO);
}

async function push(
  { db, issuer, outbound, signer, signal }: Delivering,
  stream: LeasedStream,
  authorization: string | null,
  event: LoggedSignal,
) {
  const sign = await signer();
  const now = await readClock(db);
  const claims = claimsOf(event, { issuer, streamId: stream.id, audience: stream.audience }, now);
  return pushEvent(outbound, { url: stream.endpointUrl, authorization, set: await sign(claims), signal });
}

function recordTaken(
  delivering: Delivering,
  stream: LeasedStream,
  { sequence, type }: LoggedSignal,
  isNotice: boolean,
): Promise<boolean> {
  const passed = isNotice
    ? "notice_sequence = nullif(notice_sequence, $3::bigint)"
    : `${PASSED}${type === VERIFICATION ? ", verified_at = clock_timestamp()" : ""}`;
  return keep(
    delivering,
    stream.id,
    `${passed}, delivered = delivered + 1, last_delivered_at = clock_timestamp(), failures = 0, refusals = 0, next_attempt_at = NULL, ${HELD}`,
    [sequence],
  );
}

function recordRefused(
  delivering: Delivering,
  stream: LeasedStream,
  { sequence }: LoggedSignal,
  why: string,
  isNotice: boolean,
): Promise<boolean> {
  return keep(
    delivering,
    stream.id,
    `${isNotice ? "notice_sequence = nullif(notice_sequence, $3::bigint)" : PASSED}, refused = refused + 1, failures = 0, refusals = 0, next_attempt_at = NULL,
     last_error = $4::text, last_error_at = clock_timestamp(), ${HELD}`,
    [sequence, why],
  );
}
