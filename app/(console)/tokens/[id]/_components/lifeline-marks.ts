import type { LifelineMark } from "#components/charts/lifeline-layer.tsx";
import type { ActivityRow } from "#lib/audit/model.ts";
import type { TokenDetail } from "#lib/tokens/model.ts";

/** The time in which a verifier could still accept a revoked token. */
export function propagationWindow(token: TokenDetail): { from: string; to: string } | undefined {
  const decides = token.orders.find((order) => order.decides);
  const until = token.verifiers
    .map((verifier) => verifier.acceptsUntil ?? "")
    .sort()
    .at(-1);
  return decides && until && until > decides.effectiveFrom
    ? { from: decides.effectiveFrom, to: until }
    : undefined;
}

/** What happened to a token, for its lifeline. */
export function lifelineMarks(token: TokenDetail, activity: ActivityRow[]): LifelineMark[] {
  const marks: LifelineMark[] = [{ at: token.issuedAt, word: "issued", tone: "muted" }];
  const decides = token.orders.find((order) => order.decides);
  if (decides) {
    const refused = activity.filter((row) => row.kind === "use" && row.use.refusal === "revoked").length;
    const more = token.refusedCount > 0 ? token.refusedCount : refused;
    marks.push({
      at: decides.effectiveFrom,
      word: decides.verb === "suspend" ? "suspended" : "revoked",
      ...(more > 0 ? { more: `${more} ${more === 1 ? "attempt" : "attempts"} refused since` } : {}),
      tone: decides.verb === "suspend" ? "suspended" : "revoked",
    });
  }
  if (token.state === "consumed" && token.endedAt)
    marks.push({ at: token.endedAt, word: "exchanged", tone: "muted" });
  if (token.state === "expired") marks.push({ at: token.expiresAt, word: "expired", tone: "expired" });
  return marks;
}
