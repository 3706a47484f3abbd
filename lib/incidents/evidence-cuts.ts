import type { BlastRadius, IncidentDetail, IncidentUses } from "./model.ts";
import { PHASE_WORDS, PHASES } from "./model.ts";

/** How many of something there are, and how many of them the pack lists. */
export type Listed = { listed: number; of: number };

/** What a pack holds of what there is. */
export type PackExtent = {
  incident: Pick<IncidentDetail, "named" | "subjects">;
  notes: Listed;
  /** Of those that were looked at; `isCut` where there are more. */
  tokens: Listed & { isCut: boolean };
  /** Named tokens that have left the register. */
  left: number;
  people: Listed;
  services: Listed;
  orders: Listed;
  reach: Listed;
  blastRadius: Pick<BlastRadius, "more" | "users" | "clients" | "sessions">;
  uses: Pick<IncidentUses, "counts" | "more" | "isExact" | "bounds">;
  acts: Listed;
  /** Of those that were looked at. */
  leakedActs: Listed & { isExact: boolean };
  /** Listed uses and acts that are not proved because it would have taken too much. */
  costly: number;
};

function line(what: string, which: string, { listed, of }: Listed): string[] {
  return of > listed ? [`Of ${of} ${what} ${which} ${listed} are listed.`] : [];
}

function linesOfUses({ counts, more, isExact, bounds }: PackExtent["uses"]): string[] {
  const { ofToken, inAll, tokensCut, tokensLeftOut } = bounds;
  return [
    ...(isExact
      ? []
      : [
          "There are more uses than were looked at; the counts and lists below are of the newest of each token.",
        ]),
    ...(tokensCut > 0 ? [`Of ${tokensCut} of the tokens the newest ${ofToken} uses count.`] : []),
    ...(tokensLeftOut > 0
      ? [`Of ${tokensLeftOut} of the tokens no use counts: ${inAll} had been looked at.`]
      : []),
    ...PHASES.flatMap((phase) => {
      const of = counts[phase].uses;
      return line(`uses ${PHASE_WORDS[phase].name.toLowerCase()}`, "the newest", {
        listed: of - more[phase],
        of,
      });
    }),
  ];
}

/** What a pack leaves out, a sentence with its number each; none where it is whole. Pure. */
export function cutsOf(extent: PackExtent): string[] {
  const { incident, tokens, left, blastRadius: radius } = extent;
  const subjects = Object.values(incident.subjects).reduce((sum, count) => sum + count, 0);
  const beside = (kind: keyof BlastRadius["more"]): Listed => ({
    listed: radius[kind].length,
    of: radius[kind].length + radius.more[kind],
  });
  return [
    ...(tokens.isCut
      ? [
          `The case has more tokens than the ${tokens.of} that were looked at: those that were named count first, then live ones, then the newest. What the pack says of tokens, uses and what they open is of those.`,
        ]
      : []),
    ...line("subjects", "the first", { listed: incident.named.length, of: subjects }),
    ...line("tokens", "the newest", tokens),
    ...(left > 0
      ? [
          `${left} of the named tokens ${left === 1 ? "has" : "have"} left the register with their week; their uses count, from the log.`,
        ]
      : []),
    ...line("people", "the first", extent.people),
    ...line("services", "the first", extent.services),
    ...line("notes", "the newest", extent.notes),
    ...line("orders", "the newest", extent.orders),
    ...line("orders in force", "the reach of the newest", extent.reach),
    ...line("users whose other tokens are counted", "the first", beside("users")),
    ...line("clients whose other tokens are counted", "the first", beside("clients")),
    ...line("sign-on sessions with other live tokens", "those with the most,", beside("sessions")),
    ...linesOfUses(extent.uses),
    ...line("acts", "the newest", extent.acts),
    ...line("acts by and upon the leaked API tokens", "the newest", extent.leakedActs),
    ...(extent.leakedActs.isExact
      ? []
      : [
          "There are more acts of the leaked API tokens than were looked at: the audit log has all of them, by each.",
        ]),
    ...(extent.costly > 0
      ? [
          `${extent.costly} of the listed uses and acts ${extent.costly === 1 ? "is" : "are"} not proved: that would have taken too many rows of others.`,
        ]
      : []),
  ];
}
