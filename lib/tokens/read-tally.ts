import type { Database } from "../db/database.ts";
import type { Window } from "../list-query/time-window.ts";
import { type Cell, readCells, type TallyCells } from "./tally-cells.ts";

export type LabelFilter = {
  facet: "scope" | "group" | "role" | "audience" | "key" | "holder" | "network" | "country";
  labels: readonly string[];
};

/** What is asked for, as far as the tally knows it: facts that a token is issued with. */
export type TallyQuestion = {
  labels: readonly LabelFilter[];
  clientIds: readonly string[] | null;
  kinds: readonly string[] | null;
  formats: readonly string[] | null;
  issued: Window;
  /** Tokens that can end after it. */
  expiresAfter: Date | null;
  livesLongerThanSeconds: number | null;
  /** Tokens of these clients, or of any user: what a text means that is in names of both. Null: of all. */
  ofClientsOrUsers: readonly string[] | null;
};

/** Tokens that can match at most, of a week or a client. */
export type Share<Of> = { of: Of; tokens: number };

/** How long tokens of a kind live at least and at most, of those of a week that can match. */
export type Lives = { kind: string; shortestSeconds: number; longestSeconds: number };

export type Tally = {
  /** Tokens issued before it are in here; those after it are not. */
  until: Date;
  /** At most so many match of those before `until`. */
  atMost: number;
  /** About how many do, where one label has nothing to do with another. */
  expected: number;
  /** Whether exactly `atMost` have the labels, clients, kinds and formats; times aside. */
  isExact: boolean;
  /** In order of time; weeks and clients that cannot have one are left out. */
  weeks: (Share<Date> & { lives: Lives[] })[];
  clients: Share<string>[];
  /** How many tokens there are to look at in those weeks, by where they are looked for. */
  inRegister: number;
  ofClients: number;
  ofLabels: number[];
  /** The longest lifetime among what can match. */
  longestSeconds: number;
  /** The shortest of the longest lifetimes of clients: what is older is expired for some of them as a whole. */
  soonestSeconds: number;
};

const WEEK_MS = 7 * 86_400_000;
/** Facets of which a token has one label at most: several of them are a sum. */
const ONE_EACH: ReadonlySet<LabelFilter["facet"]> = new Set(["key", "country"]);

/** Whether a cell can hold tokens of what is asked for, labels aside. */
function canHold(cell: Cell, question: TallyQuestion): boolean {
  const { clientIds, kinds, formats, issued, expiresAfter, livesLongerThanSeconds } = question;
  const end = cell.week + WEEK_MS;
  return (
    (clientIds === null || clientIds.includes(cell.clientId)) &&
    (kinds === null || kinds.includes(cell.kind)) &&
    (formats === null || formats.includes(cell.format)) &&
    (issued.from === null || end > issued.from.getTime()) &&
    (issued.to === null || cell.week < issued.to.getTime()) &&
    (expiresAfter === null || end + cell.longestSeconds * 1000 > expiresAfter.getTime()) &&
    (livesLongerThanSeconds === null || cell.longestSeconds > livesLongerThanSeconds)
  );
}

/** The cells of any of some labels: a token that carries two counts twice, so they are "at most". */
function together({ facet, labels }: LabelFilter, cells: TallyCells): Cells {
  const [first, ...others] = labels.map((label) => cells.of(facet, label));
  if (first === undefined || others.length === 0) return first ?? new Map();
  const sum = new Map(first);
  for (const other of others)
    for (const [key, cell] of other) {
      const before = sum.get(key);
      if (before === undefined) sum.set(key, cell);
      else
        sum.set(key, {
          ...cell,
          tokens: before.tokens + cell.tokens,
          longestSeconds: Math.max(before.longestSeconds, cell.longestSeconds),
          shortestSeconds: Math.min(before.shortestSeconds, cell.shortestSeconds),
        });
    }
  return sum;
}

function add<Key>(sums: Map<Key, number>, key: Key, tokens: number): void {
  sums.set(key, (sums.get(key) ?? 0) + tokens);
}

function addLives(lives: Map<number, Map<string, Lives>>, cell: Cell, atLeastSeconds: number): void {
  const { week, kind, longestSeconds } = cell;
  const shortestSeconds = Math.max(cell.shortestSeconds, atLeastSeconds);
  const ofWeek = lives.get(week) ?? new Map<string, Lives>();
  lives.set(week, ofWeek);
  const before = ofWeek.get(kind) ?? { shortestSeconds, longestSeconds };
  ofWeek.set(kind, {
    kind,
    shortestSeconds: Math.min(before.shortestSeconds, shortestSeconds),
    longestSeconds: Math.max(before.longestSeconds, longestSeconds),
  });
}

/** The cells of all tokens, of each label that is asked for, and of what users hold where that is asked; all of one instant. */
export async function readAsked(
  db: Database,
  { labels, ofClientsOrUsers }: TallyQuestion,
): Promise<AskedCells & { until: Date }> {
  const cells = await readCells(db, [
    ...labels.flatMap(({ facet, labels: names }) => names.map((name) => [facet, name] as const)),
    ...(ofClientsOrUsers === null ? [] : [["holder", "user"] as const]),
  ]);
  return {
    until: cells.until,
    everything: cells.of("all", ""),
    ofLabel: labels.map((one) => together(one, cells)),
    ofUsers: cells.of("holder", "user"),
  };
}

type Cells = ReadonlyMap<string, Cell>;
type AskedCells = { everything: Cells; ofLabel: readonly Cells[]; ofUsers: Cells };

/** A cell that can hold what is asked for, the part of it that carries every label at most, and about which share does. */
export type MatchingCell = { cell: Cell; least: Cell; share: number };

/** The cells that can hold what is asked for: those that lack a label cannot. */
export function* matchingCells(
  question: TallyQuestion,
  { everything, ofLabel, ofUsers }: AskedCells,
): Generator<MatchingCell> {
  const { ofClientsOrUsers } = question;
  for (const [key, cell] of everything) {
    if (ofClientsOrUsers !== null && !ofClientsOrUsers.includes(cell.clientId) && !ofUsers.has(key)) continue;
    let least: Cell | undefined = cell;
    let share = 1;
    for (const one of ofLabel) {
      const labelled = one.get(key);
      if (labelled === undefined) {
        least = undefined;
        break;
      }
      share *= Math.min(1, labelled.tokens / cell.tokens);
      least = {
        ...cell,
        tokens: Math.min(least.tokens, labelled.tokens),
        longestSeconds: Math.min(least.longestSeconds, labelled.longestSeconds),
        shortestSeconds: Math.max(least.shortestSeconds, labelled.shortestSeconds),
      };
    }
    if (least !== undefined && canHold(least, question)) yield { cell, least, share };
  }
}

/**
 * What the tally knows of a question: which weeks and clients have tokens that can match, and how many at most. What is not in it cannot be
 * there, but for tokens that were issued after `until`.
 */
export async function readTally(db: Database, question: TallyQuestion): Promise<Tally> {
  const { labels } = question;
  const asked = await readAsked(db, question);
  const { everything, ofLabel } = asked;
  const weeks = new Map<number, number>();
  const clients = new Map<string, number>();
  let atMost = 0;
  let expected = 0;
  let longestSeconds = 0;
  let soonestSeconds = Number.POSITIVE_INFINITY;
  const lives = new Map<number, Map<string, Lives>>();
  for (const { cell, least, share } of matchingCells(question, asked)) {
    atMost += least.tokens;
    expected += cell.tokens * share;
    longestSeconds = Math.max(longestSeconds, least.longestSeconds);
    soonestSeconds = Math.min(soonestSeconds, least.longestSeconds);
    addLives(lives, least, question.livesLongerThanSeconds ?? 0);
    add(weeks, cell.week, least.tokens);
    add(clients, cell.clientId, least.tokens);
  }
  const inWeeks = (some: ReadonlyMap<string, Cell>, isCounted: (cell: Cell) => boolean) => {
    let sum = 0;
    for (const cell of some.values()) if (weeks.has(cell.week) && isCounted(cell)) sum += cell.tokens;
    return sum;
  };
  return {
    until: asked.until,
    atMost,
    expected,
    isExact: labels.length <= 1 && labels.every((one) => ONE_EACH.has(one.facet) || one.labels.length === 1),
    weeks: [...weeks]
      .map(([week, tokens]) => ({
        of: new Date(week),
        tokens,
        lives: [...(lives.get(week)?.values() ?? [])],
      }))
      .sort((one, other) => one.of.getTime() - other.of.getTime()),
    clients: [...clients].map(([of, tokens]) => ({ of, tokens })),
    inRegister: inWeeks(everything, () => true),
    ofClients: inWeeks(everything, (cell) => clients.has(cell.clientId)),
    ofLabels: ofLabel.map((one) => inWeeks(one, () => true)),
    longestSeconds,
    soonestSeconds,
  };
}
