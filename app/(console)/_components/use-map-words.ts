import type { MapSeries } from "#components/charts/world-map.tsx";
import type { Phase } from "#lib/incidents/model.ts";
import { PHASE_WORDS, PHASES } from "#lib/incidents/model.ts";

/** Outcomes of uses, as a map tells them apart. */
export const OUTCOME_SERIES: readonly MapSeries[] = [
  { key: "allowed", name: "allowed", color: "var(--tw-chart-allowed)" },
  { key: "refused", name: "refused", color: "var(--tw-chart-refused)" },
  { key: "issued", name: "issued", color: "var(--tw-standby)" },
];

/** The colours of a window's phases, wherever they are drawn. */
export const PHASE_COLORS: Record<Phase, string> = {
  before: "var(--tw-chart-allowed)",
  during: "var(--tw-phase-during)",
  accepted_after: "var(--tw-payload)",
  refused_after: "var(--tw-chart-refused)",
};

export const PHASE_SERIES: readonly MapSeries[] = PHASES.map((phase) => ({
  key: phase,
  name: PHASE_WORDS[phase].name.toLowerCase(),
  color: PHASE_COLORS[phase],
}));

export const mapWords = {
  title: "Where from",
  countries: "By country",
  networks: "By network",
  country: "Country",
  network: "Network",
  uses: "Uses",
  first: "First",
  last: "Last",
  noAddress: "no address on record",
  private: "not announced on the internet",
  none: "No use in this time.",
  notRead: "Finding where uses came from takes a moment: look in the log.",
  label: (countries: number) =>
    `A map of the world with the ${countries === 1 ? "country" : `${countries} countries`} that uses came from; the table below it has the same figures.`,
  cut: "There are more uses than were looked at: the newest count.",
  moreNetworks: (count: number) => `${count} more ${count === 1 ? "network" : "networks"} with fewer uses.`,
  countriesFrom: "Countries as they were written with each use.",
  networksFrom: (day: string) => `Networks as the internet announced the addresses on ${day}.`,
  credit: "IP geolocation by DB-IP",
} as const;
