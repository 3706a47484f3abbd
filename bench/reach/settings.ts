/** How wide and how long a run is. */
export type Settings = {
  mode: "full" | "short" | "smoke";
  /** Verifiers that are connected. */
  verifiers: number;
  /** Processes that they share: a verifier is a library in somebody's server. */
  processes: number;
  /** Revocations, one after the other. */
  rounds: number;
  /** Revoked tokens that a newcomer has to learn. */
  facts: number;
  /** Tokens in the status list that is measured, one in a hundred of them revoked. */
  listed: number;
};
