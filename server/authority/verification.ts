import type { Refusal } from "#lib/audit/use-words.ts";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import { type Demand, decide } from "#lib/verification/decide.ts";
import type { Unknown } from "#lib/verification/read-token.ts";
import type { RegisteredToken } from "#lib/verification/registered-token.ts";
import type { Evaluation, UseSource } from "#lib/verification/use-writer.ts";
import type { Services } from "./services.ts";
import { noticeUnknown } from "./unknown-tokens.ts";

/** Where and how a token was presented, as the asker tells it. */
export type Presentation = {
  source: UseSource;
  /** Null for a client that asks about its own tokens. */
  verifier: RegistryVerifier | null;
  /** The token's holder did not prove the key that the token is bound to. */
  isBearer: boolean;
  /** Whom garbage is counted against: a verifier's or client's id. */
  askerId: string;
  demand: Demand;
  method: string | null;
  path: string | null;
  ip: string | null;
  userAgent: string | null;
};

export type Outcome = { token: RegisteredToken; refusal: Refusal | null } | { token: null; unknown: Unknown };

/**
 * Decides about a presented value and puts the use on record before it returns. Values that are no token of ours are counted.
 *
 * @throws {Throttled} for a value that is no token of ours, where the asker has presented too many.
 * @throws whatever the database throws: the caller answers 503, never that a token is good.
 */
export async function verifyPresented(
  services: Services,
  value: string,
  presentation: Presentation,
): Promise<Outcome> {
  const reading = await services.reader.read(value);
  if (reading.token === null) {
    const { askerId, source, ip, userAgent } = presentation;
    const verifierId = presentation.verifier?.id ?? null;
    await noticeUnknown(services, reading, { askerId, source, verifierId, ip, userAgent });
    services.bounds.countGarbage(askerId);
    return { token: null, unknown: reading.unknown };
  }
  const { token, isAltered } = reading;
  const isConsumed = token.kind === "refresh" && (await isRefreshConsumed(services, token.id));
  const audience =
    presentation.demand.audiences === null
      ? null
      : (token.audiences.find((name) => presentation.demand.audiences?.has(name)) ?? null);
  const { verifier } = presentation;
  const evaluate = (): Evaluation<Outcome> => {
    const { book, registry } = services.follower;
    const at = new Date();
    const standing = decide(token, presentation.demand, book, registry, at.getTime());
    const isUnproven = presentation.isBearer && token.claims.cnf !== undefined;
    const refusal: Refusal | null = isAltered
      ? "altered"
      : (standing ?? (isConsumed ? "consumed" : isUnproven ? "proof_missing" : null));
    return {
      row: {
        at,
        refusal,
        source: presentation.source,
        tokenId: token.id,
        tokenKind: token.kind,
        familyId: token.familyId,
        clientId: token.clientId,
        userId: token.userId,
        subject: token.subject,
        verifierId: verifier?.id ?? null,
        audience,
        method: presentation.method,
        path: presentation.path,
        ip: presentation.ip,
        userAgent: presentation.userAgent,
      },
      answer: { token, refusal },
    };
  };
  if (verifier?.auditMode === "relaxed") {
    const { row, answer } = evaluate();
    if (services.relaxed.add(row)) return answer;
  }
  return services.recorder.record(evaluate, services.bounds.turnstile.isLight(presentation.askerId));
}

async function isRefreshConsumed(services: Services, tokenId: string): Promise<boolean> {
  const rows = await services.db.query("SELECT FROM refresh_consumption WHERE token_id = $1::uuid", [
    tokenId,
  ]);
  return rows.length > 0;
}
