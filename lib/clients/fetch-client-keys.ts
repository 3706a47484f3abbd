import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import { fetchKeySet } from "../client-keys/fetch-key-set.ts";
import { keyLineOf } from "../client-keys/model.ts";
import { recordKeyFetch } from "../client-keys/record-key-fetch.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { getClient, readClient } from "./get-client.ts";
import type { ClientDetail } from "./model.ts";

/**
 * Fetches a client's keys from its address, to see that it can be done; authorities fetch them for themselves when they need them. What came of it is in
 * `keyFetch`, an error among it. Recorded as `client.keys_fetched`. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a client without such an address.
 */
export async function fetchClientKeys(
  ctx: Context,
  { clientId }: { clientId: string },
  { outbound }: { outbound: Outbound },
): Promise<ClientDetail> {
  requirePermission(ctx, "client:write");
  const { jwksUri } = await getClient(ctx, { clientId });
  if (jwksUri === null) throw new DomainError("CONFLICT", "This client has no address of keys.");
  const fetched = await fetchKeySet(outbound, jwksUri);
  return ctx.db.transaction(async (tx) => {
    await recordKeyFetch(tx, { clientId, uri: jwksUri, at: ctx.now, fetched });
    const client = await readClient(tx, { id: clientId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "client.keys_fetched",
      target: { kind: "client", id: clientId, name: client.clientId },
      after:
        "error" in fetched
          ? { jwksUri, error: fetched.error }
          : {
              jwksUri,
              keys: fetched.keys
                .map(keyLineOf)
                .map(({ kid, kty, alg }) => `${kid ?? "without kid"} ${alg ?? kty}`),
            },
    });
    return client;
  });
}
