/** How large and how thorough a run is. */
export type Settings = {
  mode: "full" | "short" | "smoke";
  /** Tokens in the register. */
  rows: number;
  /** How often each question is asked. */
  repeats: number;
  /** Each so many-th filter is asked alone, in every order, and looked at on screen; 1: all of them. */
  everyFilter: number;
  /** Each so many-th pair of filters is asked; 1: all of them. */
  everyPair: number;
  /** Whether an order upon the largest client is placed and settled at the end. It changes the data. */
  settles: boolean;
  /** How long others are watched before it. */
  watchSeconds: number;
  /** A data folder that is kept, and used again where it holds as many tokens already; null: one that is thrown away. */
  keepDir: string | null;
};
