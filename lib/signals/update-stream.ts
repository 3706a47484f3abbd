import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import type { UpdateStreamInput } from "./input.ts";
import type { StreamRow } from "./model.ts";
import { type EndpointKeeping, wrapAuthorization } from "./stream-endpoint.ts";
import { requireStreamOwner, type StreamOwner } from "./stream-owner.ts";
import { auditedStream, lockStream, readStream, streamTarget } from "./stream-record.ts";

/**
 * Changes what a stream carries and how. What it has not delivered yet goes out by the new settings, at once. With another address what is
 * sent as Authorization has to come again. Recorded as `signal_stream.updated`; a change of nothing
 * records nothing. Needs `verifier:write`, or the credential of its verifier.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, INVALID_INPUT
 */
export async function updateStream(
  ctx: SqlContext,
  { streamId, ...input }: UpdateStreamInput & { streamId: string },
  { outbound, wrapper }: EndpointKeeping,
  owner: StreamOwner = "console",
): Promise<StreamRow> {
  const verifierId = requireStreamOwner(ctx, owner);
  if (owner === "console") await requireApproval(ctx, "streams");
  if (input.endpointUrl !== undefined) await requireCallable(outbound, input.endpointUrl, "endpointUrl");
  const wrapped =
    typeof input.authorization === "string"
      ? await wrapAuthorization(wrapper, streamId, input.authorization)
      : null;
  return ctx.db.transaction(async (tx) => {
    const before = await lockStream(tx, { id: streamId, verifierId });
    await requireVersion(tx, input.version, {
      what: "The stream",
      act: "signal_stream.updated",
      targetId: streamId,
      version: before.version,
    });
    const delivery = input.delivery ?? before.delivery;
    const endpointUrl = delivery === "poll" ? null : (input.endpointUrl ?? before.endpointUrl);
    requireFitting(delivery, endpointUrl, input);
    requireAuthorizationAnew(before, endpointUrl, input);
    await tx.query(
      `UPDATE signal_stream SET description = $2::text, events = $3::text[], delivery = $4::text, endpoint_url = $5::text,
         authorization_wrapped = CASE WHEN $6::boolean THEN $7::bytea ELSE authorization_wrapped END, failures = 0, refusals = 0, next_attempt_at = NULL,
         leased_by = NULL, leased_until = NULL
       WHERE id = $1::uuid`,
      [
        streamId,
        input.description ?? before.description,
        input.events ?? before.events,
        delivery,
        endpointUrl,
        delivery === "poll" || input.authorization !== undefined,
        delivery === "poll" ? null : wrapped,
      ],
    );
    const after = await readStream(tx, { id: streamId });
    const changes = changesOf(auditedStream(before), {
      ...auditedStream(after),
      ...(wrapped === null ? {} : { authorization: "set anew" }),
    });
    if (changes === null) return before;
    await tx.query(
      "UPDATE signal_stream SET version = version + 1, updated_at = $2::timestamptz WHERE id = $1::uuid",
      [streamId, ctx.now],
    );
    await recordEntry(tx, ctx, { act: "signal_stream.updated", target: streamTarget(after), ...changes });
    return readStream(tx, { id: streamId });
  });
}

/** What one address is sent as Authorization is a secret of that address: another one is not sent it without a word. */
function requireAuthorizationAnew(
  before: StreamRow,
  endpointUrl: string | null,
  input: UpdateStreamInput,
): void {
  if (!before.hasAuthorization || endpointUrl === null || input.authorization !== undefined) return;
  if (endpointUrl === before.endpointUrl) return;
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

function requireFitting(delivery: string, endpointUrl: string | null, input: UpdateStreamInput): void {
  const fields = [];
  if (delivery === "push" && endpointUrl === null)
    fields.push({ path: "endpointUrl", message: "must be there for push" });
  if (delivery === "poll" && input.endpointUrl !== undefined)
    fields.push({ path: "endpointUrl", message: "is ours for poll: leave it out" });
  if (delivery === "poll" && typeof input.authorization === "string")
    fields.push({ path: "authorization", message: "is for push: leave it out" });
  if (fields.length > 0)
    throw new DomainError("INVALID_INPUT", "These settings do not go together.", { fields });
}
