import type { Database } from "../db/database.ts";
import { matchingCells, readAsked, type TallyQuestion } from "./read-tally.ts";

/** Tokens of a week, client and kind. */
export type TallyPart = {
  tokens: number;
  /** About how many of them match. */
  expected: number;
  /** How long those live at least and at most that can match, in whole seconds, rounded up. */
  shortestSeconds: number;
  longestSeconds: number;
};

export type TallyParts = {
  /** Tokens issued before it are in here. */
  until: Date;
  /** By `partKey`; those that cannot hold a match are left out. */
  parts: ReadonlyMap<string, TallyPart>;
  /** Entries of the indexes by week: of each label that is asked for, and of each client by `clientKey`. */
  ofLabels: readonly ReadonlyMap<number, number>[];
  ofClients: ReadonlyMap<string, number>;
};

export const partKey = (week: number, clientId: string, kind: string) => `${week} ${clientId} ${kind}`;
export const clientKey = (week: number, clientId: string) => `${week} ${clientId}`;

function add<Key>(sums: Map<Key, number>, key: Key, tokens: number): void {
  sums.set(key, (sums.get(key) ?? 0) + tokens);
}

/** What the tally knows of a question, in parts. */
export async function readParts(db: Database, question: TallyQuestion): Promise<TallyParts> {
  const asked = await readAsked(db, question);
  const { everything, ofLabel } = asked;
  const [ofKinds, ofClients] = [new Map<string, number>(), new Map<string, number>()];
  for (const { week, clientId, kind, tokens } of everything.values()) {
    add(ofKinds, partKey(week, clientId, kind), tokens);
    add(ofClients, clientKey(week, clientId), tokens);
  }
  const parts = new Map<string, TallyPart>();
  for (const { cell, least, share } of matchingCells(question, asked)) {
    const key = partKey(cell.week, cell.clientId, cell.kind);
    const before = parts.get(key);
    parts.set(key, {
      tokens: ofKinds.get(key) ?? cell.tokens,
      expected: (before?.expected ?? 0) + cell.tokens * share,
      shortestSeconds: Math.min(before?.shortestSeconds ?? least.shortestSeconds, least.shortestSeconds),
      longestSeconds: Math.max(before?.longestSeconds ?? 0, least.longestSeconds),
    });
  }
  const ofLabels = ofLabel.map((one) => {
    const weeks = new Map<number, number>();
    for (const { week, tokens } of one.values()) add(weeks, week, tokens);
    return weeks;
  });
  return { until: asked.until, parts, ofLabels, ofClients };
}
