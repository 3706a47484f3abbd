/** What a process of verifiers is told. */
export type FleetOrder =
  | { kind: "start"; issuer: string; audience: string; secrets: string[] }
  | { kind: "watch"; token: string }
  | { kind: "refusals" }
  | { kind: "newcomer"; issuer: string; audience: string; secret: string };

/** How a verifier that knew nothing came to know everything. */
export type NewcomerReport = {
  /** From its making to the moment when it answers. */
  seconds: number;
  /** Revoked tokens and families that it holds. */
  facts: number;
  /** Of its process before and after, in MB. */
  rssBeforeMb: number;
  rssAfterMb: number;
};

/** What it answers. */
export type FleetAnswer =
  | { kind: "done" }
  /** `others`: refusals for any other reason than the revocation, by their code. */
  | { kind: "refused"; at: number[]; others: Record<string, number> }
  | { kind: "newcomer"; report: NewcomerReport }
  | { kind: "failed"; message: string };
