import type { Severity } from "../incidents/model.ts";
import type { EndRefusal } from "../tokens/model.ts";
import type { SubjectKind } from "./model.ts";

/** One use of a token, as the rules see it. Pure data; browser-safe. */
export type UseEvent = {
  kind: "use";
  id: string;
  receivedAt: Date;
  /** When it was, by the clock of who saw it. */
  at: Date;
  outcome: "allowed" | "refused";
  refusal: string | null;
  source: string;
  tokenId: string;
  familyId: string;
  clientId: string;
  userId: string | null;
  ip: string | null;
  country: string | null;
  /** The network of `ip`: its number, AS15169, or where that is not known its /24, of version 6 its /48. */
  network: string | null;
  /** What the holder of a numbered one calls it. */
  networkName: string | null;
  method: string | null;
  path: string | null;
  verifierId: string | null;
  /** Of a use that a verifier of its own accord accepted: when the token ends or was ended, whichever is first. */
  end: { how: "revoked" | "expired"; at: Date } | null;
};

/** One act on record that is unusual by itself. */
export type ActEvent = {
  kind: "act";
  id: string;
  at: Date;
  act: string;
  target: { kind: string; id: string };
  tokenId: string | null;
  familyId: string | null;
  clientId: string | null;
  userId: string | null;
  ip: string | null;
};

/** Attempts that were refused for one reason, and when the first of them was. */
export type Series = { count: number; since: Date };

/** What is remembered of a token before the event. */
export type TokenMemory = {
  /** The last eight, the newest last. Empty: no place is known yet. */
  countries: readonly string[];
  /** The last eight, by `hashOf`. */
  networks: readonly number[];
  /** Since 1970: the newest that it was used in. */
  minute: number;
  uses: number;
  /** A minute before that one of which uses are still being told: the last such. */
  lateMinute: number;
  lateUses: number;
  /** By what it was refused for. */
  tries: Readonly<Partial<Record<EndRefusal, Series>>>;
};

/** What is remembered of a client before the event. */
export type ClientMemory = {
  minute: number;
  uses: number;
  tokens: number;
  /** Uses of one token in a minute. */
  usual: number;
  minutes: number;
};

export type Known = { token: TokenMemory; client: ClientMemory };

/** A threshold that can be tuned. */
export type Threshold = {
  label: string;
  unit: "tries" | "seconds" | "uses a minute" | "times the usual" | "networks";
  min: number;
  max: number;
  default: number;
};

/** What a rule holds for usual of one client. */
export type Settings = {
  isOn: boolean;
  values: Readonly<Record<string, number>>;
  /** Countries that are usual for the client. */
  countries: readonly string[];
};

/** What a finding rests on: JSON, without a secret. */
export type Facts = Readonly<Record<string, string | number | null>>;

export type Finding = {
  /** Of what it is found; the same finding of the same thing adds to the one that is there. */
  subject: { kind: SubjectKind; id: string };
  facts: Facts;
  /** How many events it stands for, where those before it were too few to tell: 1 unless told. */
  count?: number;
  /** Of which the first was then. */
  since?: Date;
  /** Uses of the token that it rests on beside the event, of which it is the last: those refused for one reason, or all, since then. */
  series?: { refusal: EndRefusal | null; since: Date; uses: number };
};

/** How often and when a detection was found. */
export type Found = { count: number; firstAt: Date; lastAt: Date };

/** A rule: data, one pure function that judges, and one that puts what it found into words. */
export type Rule = {
  /** What it looks for, in a sentence. */
  means: string;
  severity: Severity;
  thresholds: Readonly<Record<string, Threshold>>;
  /** Whether countries can be told to it that are usual for a client. */
  takesCountries: boolean;
  /** False for what must be answered. */
  canMute: boolean;
  /** What is unusual about an event, given what was known before it; null: nothing. */
  judge(event: UseEvent | ActEvent, known: Known, settings: Settings): Finding | null;
  /** The evidence in sentences. */
  says(facts: Facts, found: Found): string;
};
