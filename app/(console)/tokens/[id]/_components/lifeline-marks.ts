import { PHASE_COLORS } from "#app/(console)/_components/use-map-words.ts";
import type { LifelinePhase } from "#components/charts/lifeline.tsx";
import type { LifelineMark } from "#components/charts/lifeline-layer.tsx";
import type { ActivityRow } from "#lib/audit/model.ts";
import { PHASE_WORDS, type Phase } from "#lib/incidents/model.ts";
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

/** When a token stopped working, or null while it works. */
function endOf(token: TokenDetail): string | null {
  const decides = token.orders.find((order) => order.decides);
  if (decides) return decides.effectiveFrom;
  return token.state === "expired" ? token.expiresAt : token.endedAt;
}

/** The last of some instants in UTC. */
function latest(...times: string[]): string {
  return times.toSorted().at(-1) as string;
}

/** A token's life by the window: before it, during it as long as the token worked, and after its end. */
export function lifelinePhases(token: TokenDetail, compromisedFrom: string, to: string): LifelinePhase[] {
  const end = endOf(token) ?? to;
  const from = latest(compromisedFrom, token.issuedAt);
  const until = latest(end, from);
  const phase = (name: Phase, start: string, stop: string) => ({
    name: PHASE_WORDS[name].name.toLowerCase(),
    color: PHASE_COLORS[name],
    from: start,
    to: stop,
  });
  return [
    ...(from > token.issuedAt ? [phase("before", token.issuedAt, from)] : []),
    ...(until > from ? [phase("during", from, until)] : []),
    ...(endOf(token) === null ? [] : [phase("refused_after", until, latest(to, until))]),
  ];
}

/** What happened to a token, for its lifeline. */
export function lifelineMarks(
  token: TokenDetail,
  activity: ActivityRow[],
  compromisedFrom: string | null,
): LifelineMark[] {
  const marks: LifelineMark[] = [{ at: token.issuedAt, word: "issued", tone: "muted" }];
  if (compromisedFrom !== null && compromisedFrom > token.issuedAt)
    marks.push({ at: compromisedFrom, word: "compromised from", tone: "suspended" });
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
