import type { LifelinePhase } from "#components/charts/lifeline-caption.tsx";
import type { LifelineMark as DrawnMark } from "#components/charts/lifeline-layer.tsx";
import { PHASE_WORDS } from "#lib/incidents/model.ts";
import {
  type Lifeline,
  type LifelineMark,
  MARK_KINDS,
  type MarkKind,
  markWords,
} from "#lib/lifelines/model.ts";
import { PHASE_COLORS } from "../use-map-words.ts";
import { lifelineWords as words } from "./words.ts";

/** Marks whose words have room above the bars; the list below has all. */
const DRAWN = 5;
/** Of one kind only those that are so far from each other, in parts of the time. */
const APART = 0.15;

const TONES: Partial<Record<MarkKind, DrawnMark["tone"]>> = {
  revoked: "revoked",
  replayed: "revoked",
  suspended: "suspended",
  disabled: "expired",
};

/** The marks that say most, of those within what is drawn: the weightiest, and the newest of those. */
export function marksToDraw(
  { marks, from, to }: Pick<Lifeline, "marks" | "from" | "to">,
  window: { at: string; word: string } | null,
): DrawnMark[] {
  const weight = ({ what }: LifelineMark) => MARK_KINDS.indexOf(what);
  const apartMs = APART * (Date.parse(to) - Date.parse(from));
  const isNear = (one: LifelineMark, other: LifelineMark) =>
    one.what === other.what &&
    one.isPart === other.isPart &&
    Math.abs(Date.parse(one.at) - Date.parse(other.at)) < apartMs;
  const kept: LifelineMark[] = [];
  const sorted = marks
    // an authorization comes a moment before the first token of it
    .filter(({ at, what }) => (at >= from || what === "issued") && at <= to)
    .toSorted((one, other) => weight(one) - weight(other) || (one.at < other.at ? 1 : -1));
  for (const mark of sorted) if (!kept.some((one) => isNear(one, mark))) kept.push(mark);
  const drawn = kept.slice(0, window === null ? DRAWN : DRAWN - 1).map(
    ({ at, what, isPart }): DrawnMark => ({
      at,
      word: markWords({ what, isPart }),
      tone: isPart ? "muted" : (TONES[what] ?? "muted"),
    }),
  );
  if (window !== null && window.at >= from && window.at <= to)
    drawn.push({ at: window.at, word: window.word, tone: "suspended" });
  return drawn.toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

/** From when on it was refused: revoked, for good, or suspended and not given back. Null while it works. */
function endOf(marks: readonly LifelineMark[]): string | null {
  const whole = marks.filter(({ isPart }) => !isPart);
  const revoked = whole.find(({ what }) => what === "revoked");
  if (revoked !== undefined) return revoked.at;
  const newest = whole.findLast(({ what }) => what === "suspended" || what === "restored");
  return newest?.what === "suspended" ? newest.at : null;
}

/**
 * Its time by a case's window: before, during, and after an order took it back. A family is refused from then on; who holds tokens has others since, which the order does not
 * reach: of those nothing is drawn after it.
 */
export function phasesOf({ subject, marks, from, to }: Lifeline, compromisedFrom: string): LifelinePhase[] {
  const isFamily = subject.kind === "family";
  const begins = compromisedFrom > from ? compromisedFrom : from;
  const end = endOf(marks);
  const until = end === null ? to : end > begins ? end : isFamily ? begins : to;
  const phase = (key: "before" | "during" | "refused_after", start: string, stop: string) => ({
    name: PHASE_WORDS[key].name.toLowerCase(),
    color: PHASE_COLORS[key],
    from: start,
    to: stop,
    ...(key === "during" ? { isShaded: true } : {}),
  });
  return [
    ...(begins > from ? [phase("before", from, begins)] : []),
    ...(until > begins ? [phase("during", begins, until)] : []),
    ...(isFamily && until < to ? [phase("refused_after", until, to)] : []),
  ];
}

/** The same of what no case has: before an instant, and since. */
export function halvesOf({ from, to }: Lifeline, at: string): LifelinePhase[] {
  return [
    { name: words.before, color: PHASE_COLORS.before, from, to: at > from ? at : from },
    { name: words.since, color: PHASE_COLORS.during, from: at > from ? at : from, to, isShaded: true },
  ];
}
