import type { ChainedEntry } from "../seals/entry-leaf.ts";
import type { SealedUse } from "../seals/use-leaf.ts";
import { canonicalJson, type EvidencePack } from "./evidence.ts";

/** Whether a pack shows of a use what the log proves of it. */
export function isSameUse(shown: EvidencePack["uses"]["rows"][number], proved: SealedUse): boolean {
  const of = (value: Date) => value.toISOString();
  const { token, client, user, verifier } = shown;
  return (
    canonicalJson([
      ...[shown.receivedAt, shown.at, shown.outcome, shown.refusal, shown.source, token.id, token.kind],
      ...[shown.familyId, client.id, shown.subject, verifier?.id ?? null, shown.audience, shown.method],
      ...[shown.path, shown.ip, shown.country, shown.userAgent, shown.status, shown.bytes],
      ...[shown.latencyMicroseconds, user?.id ?? null],
    ]) ===
    canonicalJson([
      ...[
        of(proved.receivedAt),
        of(proved.at),
        proved.outcome,
        proved.refusal,
        proved.source,
        proved.tokenId,
      ],
      ...[proved.tokenKind, proved.familyId, proved.clientId, proved.subject, proved.verifierId],
      ...[proved.audience, proved.method, proved.path, proved.ip, proved.country, proved.userAgent],
      ...[proved.status, proved.bytes, proved.latencyUs, proved.userId],
    ])
  );
}

/** What an act has on record before and after; of what is no JSON nothing that a pack can show. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return { unreadable: text };
  }
}

/** The same of an act. */
export function isSameAct(shown: EvidencePack["acts"][number], proved: ChainedEntry): boolean {
  const { actor, target } = shown;
  return (
    canonicalJson([
      ...[
        shown.sequence,
        shown.at,
        actor.kind,
        actor.id,
        actor.name,
        shown.act,
        shown.outcome,
        shown.errorCode,
      ],
      ...[target.kind, target.id, target.name, shown.reason, shown.note, shown.requestId, shown.ip],
      ...[shown.userAgent, shown.before, shown.after],
    ]) ===
    canonicalJson([
      ...[
        String(proved.sequence),
        proved.at.toISOString(),
        proved.actorKind,
        proved.actorId,
        proved.actorName,
      ],
      ...[
        proved.act,
        proved.outcome,
        proved.errorCode,
        proved.targetKind,
        proved.targetId,
        proved.targetName,
      ],
      ...[proved.reason, proved.note, proved.requestId, proved.ip, proved.userAgent],
      ...[parsed(proved.before), parsed(proved.after)],
    ])
  );
}
