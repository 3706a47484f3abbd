import { PHASE_COLORS } from "#app/(console)/_components/use-map-words.ts";
import type { LifelinePhase } from "#components/charts/lifeline-caption.tsx";
import type { LifelineMark } from "#components/charts/lifeline-layer.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PHASE_WORDS, type Phase } from "#lib/incidents/model.ts";
import type { TokenDetail, TokenUseHistogram } from "#lib/tokens/model.ts";
import type { RefusedSpan } from "./refused-spans.ts";

/** The last of some instants in UTC. */
function latest(...times: string[]): string {
  return times.toSorted().at(-1) as string;
}

/** A token's life by the window: before it, during it as long as the token worked, and while it was refused. */
export function lifelinePhases(
  token: Pick<TokenDetail, "issuedAt">,
  refused: readonly RefusedSpan[],
  compromisedFrom: string,
  to: string,
): LifelinePhase[] {
  const from = latest(compromisedFrom, token.issuedAt);
  const phases: LifelinePhase[] = [];
  const add = (phase: Phase, start: string, stop: string) => {
    if (stop <= start) return;
    const name = PHASE_WORDS[phase].name.toLowerCase();
    const last = phases.at(-1);
    if (last?.name === name) last.to = stop;
    else
      phases.push({
        name,
        color: PHASE_COLORS[phase],
        from: start,
        to: stop,
        ...(phase === "during" ? { isShaded: true } : {}),
      });
  };
  add("before", token.issuedAt, from);
  let at = from;
  for (const span of refused) {
    add("during", at, latest(at, span.from));
    const start = latest(at, span.from);
    at = latest(start, span.until ?? to);
    add("refused_after", start, at);
  }
  add("during", at, to);
  return phases;
}

/** Every way to place their words is looked at. */
const MARKS_MAX = 5;

const TONES = { suspended: "suspended", revoked: "revoked", exchanged: "muted", expired: "expired" } as const;

/** What happened to a token, for its lifeline: in one line each, since several may stand close together. */
export function lifelineMarks(
  token: Pick<TokenDetail, "issuedAt">,
  refused: readonly RefusedSpan[],
  compromisedFrom: string | null,
): LifelineMark[] {
  const marks: LifelineMark[] = [{ at: token.issuedAt, word: "issued", tone: "muted" }];
  if (compromisedFrom !== null && compromisedFrom > token.issuedAt)
    marks.push({ at: compromisedFrom, word: "compromised from", tone: "suspended" });
  for (const span of refused) {
    const { why, from, until } = span;
    marks.push({
      at: from,
      word: why,
      tone: TONES[why],
    });
    if (until !== null) marks.push({ at: until, word: "works again", tone: "muted" });
  }
  return drawn(marks);
}

/** How many attempts were refused, by what for; nothing where none was. */
export function refusedWords(refusedAs: TokenUseHistogram["refusedAs"]): string | null {
  const parts = (["suspended", "expired", "revoked"] as const).flatMap((why) =>
    refusedAs[why] === 0 ? [] : [`${groupedNumber(refusedAs[why])} as ${why}`],
  );
  return parts.length === 0 ? null : `Refused: ${parts.join(", ")}.`;
}

/** As many as find room: of one that was suspended again and again, the last of them. */
function drawn(marks: LifelineMark[]): LifelineMark[] {
  if (marks.length <= MARKS_MAX) return marks;
  const placeOf = (word: string) => marks.findIndex((mark) => mark.word === word);
  const [again, suspended] = [placeOf("works again"), placeOf("suspended")];
  const least = again >= 0 ? again : suspended;
  return least < 0 ? marks : drawn(marks.toSpliced(least, 1));
}
