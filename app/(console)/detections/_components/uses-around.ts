import type { DetectionDetail, RuleName } from "#lib/detections/model.ts";

/** A use is received soon after it was made. */
const RECEIVED_WITHIN_MS = 60_000;

/** What the uses that a rule counts were refused for, where it counts refusals. */
const REFUSED_FOR: Partial<Record<RuleName, string>> = {
  use_after_revocation: "revoked",
  use_after_suspension: "suspended",
  use_after_expiry: "expired",
  replay: "replayed",
};

/** The log's filters that mean the uses around a detection that did not keep which ones it counted; null where it is of nobody's. */
export function usesAround(detection: DetectionDetail): { [filter: string]: string } | null {
  const { rule, subject, client, firstAt, lastAt } = detection;
  const refusal = REFUSED_FOR[rule];
  const until = new Date(Date.parse(lastAt) + RECEIVED_WITHIN_MS).toISOString();
  const when = { at: `${firstAt}..${until}`, ...(refusal === undefined ? {} : { refusal }) };
  switch (subject.kind) {
    case "token":
    case "family":
      return { [subject.kind]: subject.id, ...when };
    case "client":
      return client === null ? null : { client: client.clientId, ...when };
    case "verifier":
    case "signing_key":
      return null;
    default:
      return subject.kind satisfies never;
  }
}
