/** A database that was put back to an older state; browser-safe. Times are ISO 8601 in UTC. */

/** What a person types to confirm. */
export const CONFIRM_RESTORE_WORD = "restored";

/** The database is behind the checkpoints that are kept outside of it, and nobody has confirmed that it may be. */
export type OpenRestore = {
  id: string;
  foundAt: string;
  /** The newest checkpoint that is kept outside. */
  mark: { number: number; at: string };
  /** The newest that the database has as well; null where it has none of them. */
  common: { number: number; at: string } | null;
  /** Acts of admins that are lost, as the checkpoints count them: more may be. */
  lostActs: number;
  /** Checkpoints that are lost, one a minute. */
  lostCheckpoints: number;
};

export type ConfirmedRestore = {
  id: string;
  confirmedAt: string;
  /** The order that revoked all tokens; null where none was placed. */
  orderId: string | null;
};
