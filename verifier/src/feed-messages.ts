import { compactVerify, type JWTVerifyGetKey } from "jose";
import {
  type Fact,
  parseBytes,
  parseFacts,
  parseNames,
  parseNumber,
  parsePosition,
  parseText,
} from "./facts.ts";
import type { Batch } from "./feed-intake.ts";

const FEED_AUDIENCE = "tokenwarden-feed";
const FEED_TYPE = "tokenwarden-feed+jwt";
/** Whatever the organisation signs the feed with; the key says which of them is its own. */
const FEED_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"];
const STATEMENT_TYPE = "tokenwarden-verifier+jwt";

/** What the console holds of this verifier. */
export type Statement = {
  id: string;
  name: string;
  /** Seconds since the epoch. */
  issuedAt: number;
  mode: "strict" | "lenient";
  maxStalenessSeconds: number;
  audiences: string[];
  heartbeatMs: number;
  agentMinimum: string | null;
};

export type SnapshotPart = {
  snapshot: string;
  part: number;
  position: number;
  at: number;
  /** See `Batch`. */
  mark: string | null;
  revoked: { token: Uint8Array; family: Uint8Array };
  facts: Fact[];
  disabledClients: string[];
  isLast: boolean;
};

/** Not signed by the authority's feed key, or not what it says it is. */
export class ForgedMessage extends Error {
  override readonly name = "ForgedMessage";
}

export type MessageReader = {
  batch(jws: string): Promise<Batch>;
  snapshotPart(line: string): Promise<SnapshotPart>;
  statement(jws: string): Promise<Statement>;
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const optionalText = (value: unknown, name: string) =>
  value === undefined || value === null ? null : parseText(value, name);

/**
 * Reads what the feed sends: signed by a key of the feed's own set with that key's algorithm, issuer, audience and type, then field by field.
 * Every method throws `ForgedMessage` for what is not the authority's, and whatever `keys` throws where the keys cannot be had.
 */
export function createMessageReader(keys: JWTVerifyGetKey, issuer: string): MessageReader {
  async function open(jws: string, type: string): Promise<Record<string, unknown>> {
    let verified: Awaited<ReturnType<typeof compactVerify>>;
    try {
      verified = await compactVerify(jws, keys, { algorithms: FEED_ALGORITHMS });
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (/^ERR_(?:JWS|JWKS_NO|JWKS_MULTIPLE|JOSE_ALG|JOSE_NOT)/.test(code))
        throw new ForgedMessage("its signature is not the feed's", { cause: error });
      throw error;
    }
    if (verified.protectedHeader.typ !== type) throw new ForgedMessage(`it is no ${type}`);
    const payload = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(verified.payload)) as unknown;
    if (record(payload).iss !== issuer) throw new ForgedMessage("it is of another issuer");
    return record(payload);
  }

  async function openFeed(jws: string): Promise<Record<string, unknown>> {
    const payload = await open(jws, FEED_TYPE);
    if (payload.aud !== FEED_AUDIENCE) throw new ForgedMessage("it is for another audience");
    return payload;
  }

  return {
    async batch(jws) {
      const payload = await openFeed(jws);
      // a part of a snapshot is signed by the same key
      if (payload.snapshot !== undefined) throw new ForgedMessage("it is no batch");
      return {
        at: parseNumber(payload.at, "at"),
        after: parsePosition(payload.after, "after"),
        to: parsePosition(payload.to, "to"),
        head: parsePosition(payload.head, "head"),
        mark: optionalText(payload.mark, "mark"),
        facts: parseFacts(payload.facts),
        disabledClients: parseNames(payload.disabled_clients, "disabled_clients"),
      };
    },
    async snapshotPart(line) {
      const payload = await openFeed(line);
      const revoked = record(payload.revoked);
      return {
        snapshot: parseText(payload.snapshot, "snapshot"),
        part: parsePosition(payload.part, "part"),
        position: parsePosition(payload.position, "position"),
        at: parseNumber(payload.at, "at"),
        mark: optionalText(payload.mark, "mark"),
        revoked: {
          token: parseBytes(revoked.token ?? "", "revoked.token"),
          family: parseBytes(revoked.family ?? "", "revoked.family"),
        },
        facts: parseFacts(payload.facts ?? []),
        disabledClients: parseNames(payload.disabled_clients ?? [], "disabled_clients"),
        isLast: payload.last === true,
      };
    },
    async statement(jws) {
      const payload = await open(jws, STATEMENT_TYPE);
      return {
        id: parseText(payload.aud, "aud"),
        name: parseText(payload.name, "name"),
        issuedAt: parseNumber(payload.iat, "iat"),
        mode: payload.mode === "lenient" ? "lenient" : "strict",
        maxStalenessSeconds: parseNumber(payload.max_staleness_seconds, "max_staleness_seconds"),
        audiences: parseNames(payload.audiences, "audiences"),
        heartbeatMs: parseNumber(payload.heartbeat_ms, "heartbeat_ms"),
        agentMinimum: optionalText(payload.agent_minimum, "agent_minimum"),
      };
    },
  };
}
