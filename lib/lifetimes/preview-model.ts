/** What a shorter lifetime does to tokens that are out; browser-safe. Times are ISO 8601 in UTC. */

export type LifetimePreview = {
  /** Live tokens that outlive the new limits. */
  access: number;
  refresh: number;
  isExact: boolean;
  clients: number;
  /** Those whose new limit has passed: they would end at once. */
  over: number;
  /** When the last of them would end by the new limits, and when it ends if it is left alone. */
  endsAt: string | null;
  expiresAt: string | null;
  /** What is shown of it, a sentence each. */
  sentences: string[];
  /** What ends with the change, where that was asked for; null where it was not or there is nothing. */
  plan: ShorteningPlan | null;
};

/** The tokens as they are frozen: these end with the change that carries the plan's id, and no others. */
export type ShorteningPlan = {
  id: string;
  expiresAt: string;
  tokens: number;
  /** Groups of tokens that end together, by when; null: at once. */
  ends: { at: string | null; tokens: number }[];
  needsOwner: boolean;
  /** What is to be typed to confirm, or null. */
  confirm: string | null;
  /** Why it would wait for a second person, in words; null: it would not. */
  secondPerson: string | null;
};
