import type { Reason, RevocableKind, RevocationPreview, RevocationResult } from "#lib/revocations/model.ts";
import { requestJson } from "../request/request-json.ts";

export type RevocationTarget = { kind: RevocableKind; id: string };

const COLLECTIONS: Record<RevocableKind, string> = {
  token: "tokens",
  family: "families",
  session: "sessions",
  user: "users",
  client: "clients",
};

/** What revoking a target would do. */
export function askPreview(target: RevocationTarget, signal: AbortSignal): Promise<RevocationPreview> {
  const query = new URLSearchParams({ kind: target.kind, id: target.id });
  return requestJson(`/api/v1/revocations/preview?${query}`, { signal });
}

/** Revokes a target. A second call on an ended target changes nothing and says so. */
export function sendRevocation(
  target: RevocationTarget,
  given: { reason: Reason; note: string },
): Promise<RevocationResult> {
  const path = `/api/v1/${COLLECTIONS[target.kind]}/${encodeURIComponent(target.id)}/revoke`;
  return requestJson(path, { method: "POST", body: given });
}
