import { createHash } from "node:crypto";
import type { AuditEntryDetail } from "../audit/model.ts";
import type { Journey } from "../propagation/model.ts";
import type { RecordProofs } from "../seals/record-proofs.ts";
import type { TokenRow } from "../tokens/model.ts";
import type { Standing } from "./evidence-standing.ts";
import type { ActPhase, LeakedActs } from "./leaked-model.ts";
import type { BlastRadius, IncidentDetail, IncidentOrder, IncidentUse, IncidentUses } from "./model.ts";

/** In 1 the pack's hash was over the records alone; in 2 nothing proved them. */
export const EVIDENCE_FORMAT = "tokenwarden-evidence/4";
/** Of which nothing proves that it is what left; it is read still. */
export const FORMAT_BEFORE = "tokenwarden-evidence/3";

/** The act of the export, which has a pack's hash on record. */
export const EVIDENCE_LEFT = "incident.evidence_exported";

/** A record with the SHA-256 of its canonical JSON: keys in order, without `sha256` itself. */
export type Hashed<T> = T & { sha256: string };

/** Who can still do what an order forbids, as the board of that order tells it. */
export type OrderReach = Pick<Journey, "reached" | "open" | "everywhereAt" | "lastTokenAt"> & {
  orderId: string;
  openVerifiers: { name: string; until: string | null; says: string }[];
};

/** An act as a pack lists it. */
export type EvidenceAct = AuditEntryDetail & { phase?: ActPhase };

export type EvidencePack = {
  format: typeof EVIDENCE_FORMAT;
  generatedAt: string;
  generatedBy: { kind: string; id: string; name: string };
  environment: string;
  incident: Hashed<IncidentDetail>;
  affected: {
    people: { id: string; name: string }[];
    services: { id: string; name: string }[];
    audiences: string[];
    permissions: string[];
    verifiers: { id: string; name: string }[];
  };
  /** Whether what leaked is refused now. */
  standing: Standing;
  tokens: { total: number; states: Record<string, number>; isCut: boolean; rows: Hashed<TokenRow>[] };
  blastRadius: BlastRadius;
  /** Those of the case, and others that hold its tokens. */
  orders: Hashed<IncidentOrder>[];
  reach: OrderReach[];
  uses: Omit<IncidentUses, "rows"> & { rows: Hashed<IncidentUse>[] };
  /** Of the case, and of the API tokens that leaked into it, which have a phase; from the audit log, oldest first. Packs from before have the case's alone. */
  acts: Hashed<EvidenceAct>[];
  /** Of the case's own. */
  actsLeftOut: number;
  /** How many acts of leaked API tokens there are; `more` are not among the acts. Only where a secret of this product leaked. */
  leakedActs?: Omit<LeakedActs, "rows">;
  /** What the file left out, a sentence with its number each; empty where it is whole. */
  truncated: string[];
  /** That the uses and acts which are listed stand in the log as it was sealed: for `npx tokenwarden audit verify`. */
  proofs: RecordProofs;
  /** `sha256` of the canonical JSON of all that the pack states, which is the pack without `integrity`: that the file was not changed since. */
  integrity: {
    algorithm: "SHA-256";
    records: number;
    sha256: string;
    /** That the log has this hash on record as what left: the proof of the act of the export. Null where no checkpoint covers that yet. */
    log: RecordProofs | null;
  };
};

/** JSON with the keys of every object in order: the same for the same record, whoever writes it. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
}

function sha256Of(value: object): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

export function hashedOf<T extends object>(record: T): Hashed<T> {
  return { ...record, sha256: sha256Of(record) };
}

/** A pack with the hash of all that it states. */
export function packOf(stated: Omit<EvidencePack, "integrity">): EvidencePack {
  const { tokens, orders, uses, acts } = stated;
  const records = 1 + tokens.rows.length + orders.length + uses.rows.length + acts.length;
  return { ...stated, integrity: { algorithm: "SHA-256", records, sha256: sha256Of(stated), log: null } };
}
