/** How long a run is. */
export type Settings = {
  mode: "full" | "short" | "smoke";
  /** For how long the JWKS may be kept. */
  cacheSeconds: number;
  /** Rounds a second of each of the two callers. */
  roundsPerSecond: number;
};

/** The product's own cache time, which is also what jose keeps a JWKS for unless it is told otherwise. */
export const FULL_CACHE_SECONDS = 600;
