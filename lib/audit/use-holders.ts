/** Who and what is behind some uses; browser-safe. Times are those of the uses, ISO 8601 in UTC. */
export type UsedBy = {
  id: string;
  name: string;
  uses: number;
  refused: number;
  firstAt: string;
  lastAt: string;
};

/** The lines with the most uses, and how many there are. */
export type UsedByList<Line extends UsedBy = UsedBy> = { rows: Line[]; total: number };

export type UsedFrom = UsedBy & {
  country: string | null;
  /** As in `UsePlace`. */
  network: string | null;
  networkName: string | null;
};

export type UseHolders = {
  /** How many were looked at. */
  uses: number;
  /** There are more: the newest count. */
  isCut: boolean;
  tokens: UsedByList<UsedBy & { kind: string }>;
  clients: UsedByList;
  users: UsedByList;
  verifiers: UsedByList;
  addresses: UsedByList<UsedFrom>;
};
