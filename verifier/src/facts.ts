/** What the feed says, typed. Untrusted until its signature is checked; read field by field after. */
const VERBS = ["revoke", "suspend", "restore", "cancel"] as const;
export type Verb = (typeof VERBS)[number];

const TARGET_KINDS = [
  "token",
  "family",
  "session",
  "user",
  "client",
  "permission",
  "group",
  "audience",
  "signing_key",
  "everything",
  "selection",
] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** An order. Times in milliseconds since the epoch, `expires` in seconds. */
export type OrderFact = {
  position: number;
  order: string;
  verb: Verb;
  target: { kind: TargetKind; id: string };
  /** Tokens rooted at or before it are reached. */
  cutoff: number | null;
  /** Null: at once, whatever a clock says. */
  from: number | null;
  /** A suspension's end. */
  until: number | null;
  /** The order that a cancel calls off. */
  cancels: string | null;
  /** When nobody can present a token any more that it reaches; null where that is not said. */
  expires: number | null;
};

/** Tokens of a frozen selection, 16 bytes each. */
export type SelectionFact = { position: number; selection: string; tokens: Uint8Array };

export type Fact = OrderFact | SelectionFact;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parsePosition(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name} is no position`);
  return value;
}

export function parseText(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "" || value.length > 1_024)
    throw new Error(`${name} is no text`);
  return value;
}

export function parseNumber(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${name} is no number`);
  return value;
}

function optional<T>(value: unknown, name: string, parse: (value: unknown, name: string) => T): T | null {
  return value === undefined || value === null ? null : parse(value, name);
}

export function parseBytes(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]*$/.test(value))
    throw new Error(`${name} is no base64url`);
  return Buffer.from(value, "base64url");
}

/** @throws {Error} for what this version does not know: a fact that is not understood must not be passed over. */
export function parseFact(value: unknown): Fact {
  if (!isRecord(value)) throw new Error("a fact is no object");
  const position = parsePosition(value.position, "position");
  if (value.selection !== undefined) {
    const tokens = parseBytes(value.tokens, "tokens");
    if (tokens.length % 16 !== 0) throw new Error("tokens are not 16 bytes each");
    return { position, selection: parseText(value.selection, "selection"), tokens };
  }
  const { target, verb } = value;
  if (!isRecord(target)) throw new Error("target is no object");
  if (!VERBS.includes(verb as Verb)) throw new Error("verb is not known");
  if (!TARGET_KINDS.includes(target.kind as TargetKind)) throw new Error("target.kind is not known");
  return {
    position,
    order: parseText(value.order, "order"),
    verb: verb as Verb,
    target: { kind: target.kind as TargetKind, id: parseText(target.id, "target.id") },
    cutoff: optional(value.cutoff, "cutoff", parseNumber),
    from: optional(value.from, "from", parseNumber),
    until: optional(value.until, "until", parseNumber),
    cancels: optional(value.cancels, "cancels", parseText),
    expires: optional(value.expires, "expires", parseNumber),
  };
}

export function parseFacts(value: unknown): Fact[] {
  if (!Array.isArray(value)) throw new Error("facts is no list");
  return value.map(parseFact);
}

export function parseNames(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw new Error(`${name} is no list`);
  return value.map((one) => parseText(one, name));
}
