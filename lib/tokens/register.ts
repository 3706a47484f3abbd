import { createLanes } from "../db/lanes.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { useLeaf, useSalts } from "../seals/use-leaf.ts";
import type { StatusPlace } from "../status-lists/allocate-status.ts";
import type { UseWriter } from "../verification/use-writer.ts";
import type { TokenFormat, TokenKind } from "./model.ts";

/** A token as it is issued. Never its value: its SHA-256. */
export type NewToken = {
  /** UUIDv7 whose time is `issuedAt`. */
  id: string;
  issuedAt: Date;
  kind: TokenKind;
  format: TokenFormat;
  /** The client's register id. */
  clientId: string;
  userId: string | null;
  subject: string;
  familyId: string;
  parentId: string | null;
  sessionUid: string | null;
  grantType: string;
  scopes: string[];
  groups: string[];
  roles: string[];
  audiences: string[];
  claims: Record<string, unknown>;
  signingKid: string | null;
  rootedAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
  valueHash: Buffer;
  /** Where a JWT's status stands. */
  status?: StatusPlace | undefined;
};

// One statement writes register, labels and the "issued" event of every token of a batch: they are there together or not at all.
// The rows travel as one JSON array: a set of columns with arrays in them has no unnest form.
const REGISTER = prepared(`
  WITH input AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS t(id uuid, issued_at timestamptz, kind text, format text, client_id uuid, user_id uuid,
      subject text, family_id uuid, parent_id uuid, session_uid text, grant_type text, scopes text[], groups text[], roles text[],
      audiences text[], claims jsonb, signing_kid text, rooted_at timestamptz, expires_at timestamptz, ip text, country text, user_agent text,
      value_hash text, status_list_id int, status_index int, event_id uuid, ordinal int, salt text)
  ), registered AS (
    INSERT INTO token (id, issued_at, kind, format, client_id, user_id, subject, family_id, parent_id, session_uid, grant_type, scopes,
      groups, roles, audiences, claims, signing_kid, rooted_at, expires_at, ip, country, user_agent, value_hash,
      status_list_id, status_index)
    SELECT id, issued_at, kind, format, client_id, user_id, subject, family_id, parent_id, session_uid, grant_type, scopes, groups, roles,
      audiences, claims, signing_kid, rooted_at, expires_at, ip, country, user_agent, decode(value_hash, 'hex'), status_list_id,
      status_index FROM input
  ), labelled AS (
    INSERT INTO token_label (kind, label, issued_at, token_id)
    SELECT 'scope', label, issued_at, id FROM input, unnest(scopes) AS label
    UNION ALL SELECT 'group', label, issued_at, id FROM input, unnest(groups) AS label
    UNION ALL SELECT 'audience', label, issued_at, id FROM input, unnest(audiences) AS label
    UNION ALL SELECT 'role', label, issued_at, id FROM input, unnest(roles) AS label
  )
  INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, user_id, subject, ip, country, user_agent,
    writer_id, flush, ordinal, salt)
  SELECT event_id, issued_at, issued_at, 'issued', 'issue', id, kind, family_id, client_id, user_id, subject, ip, country, user_agent,
    $2::uuid, $3::bigint, ordinal, decode(salt, 'hex') FROM input`);

/** Labels are sets: one that comes twice would be two rows of one key. */
function distinct(labels: string[]): string[] {
  return labels.length < 2 ? labels : [...new Set(labels)];
}

/**
 * Writes tokens, their labels and an "issued" event each, in one statement on the given connection or transaction.
 * Nothing may be handed out before that connection has committed.
 */
export async function registerTokens(
  sql: Sql,
  tokens: readonly NewToken[],
  writer: UseWriter,
): Promise<void> {
  if (tokens.length === 0) return;
  const saltOf = useSalts(tokens.length);
  const rows = tokens.map((token, ordinal) => ({
    id: token.id,
    issued_at: token.issuedAt,
    kind: token.kind,
    format: token.format,
    client_id: token.clientId,
    user_id: token.userId,
    subject: token.subject,
    family_id: token.familyId,
    parent_id: token.parentId,
    session_uid: token.sessionUid,
    grant_type: token.grantType,
    scopes: distinct(token.scopes),
    groups: distinct(token.groups),
    roles: distinct(token.roles),
    audiences: distinct(token.audiences),
    claims: token.claims,
    signing_kid: token.signingKid,
    rooted_at: token.rootedAt,
    expires_at: token.expiresAt,
    ip: token.ip,
    country: writer.countryOf(token.ip),
    user_agent: token.userAgent,
    value_hash: token.valueHash.toString("hex"),
    status_list_id: token.status?.listId ?? null,
    status_index: token.status?.index ?? null,
    event_id: uuidv7(token.issuedAt),
    ordinal,
    salt: saltOf(ordinal),
  }));
  const flush = writer.nextFlush();
  const tracked = writer.seals.track(sql, { flush, ...receivedIn(tokens) }, () =>
    tokens.map((token, ordinal) => issueLeaf(token, rows[ordinal] as (typeof rows)[number])),
  );
  try {
    await sql.query(REGISTER, [JSON.stringify(rows), writer.id, flush]);
  } catch (error) {
    tracked.failed(error);
    throw error;
  }
  tracked.written();
}

function receivedIn(tokens: readonly NewToken[]): { receivedFrom: Date; receivedTo: Date } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { issuedAt } of tokens) {
    from = Math.min(from, issuedAt.getTime());
    to = Math.max(to, issuedAt.getTime());
  }
  return { receivedFrom: new Date(from), receivedTo: new Date(to) };
}

/** The leaf of the event that a token was issued. */
function issueLeaf(
  token: NewToken,
  row: { event_id: string; country: string | null; ordinal: number; salt: string },
): Buffer {
  return useLeaf({
    id: row.event_id,
    receivedAt: token.issuedAt,
    at: token.issuedAt,
    outcome: "issued",
    refusal: null,
    source: "issue",
    tokenId: token.id,
    tokenKind: token.kind,
    familyId: token.familyId,
    clientId: token.clientId,
    userId: token.userId,
    subject: token.subject,
    verifierId: null,
    audience: null,
    method: null,
    path: null,
    ip: token.ip,
    country: row.country,
    userAgent: token.userAgent,
    status: null,
    bytes: null,
    latencyUs: null,
    ordinal: row.ordinal,
    salt: row.salt,
  });
}

export type TokenRegister = {
  /** Registers a token with whatever others come in the same moment; resolves once they are committed. `isLight`: without waiting for those that are not. */
  record(token: NewToken, isLight?: boolean): Promise<void>;
  /** Registers tokens inside the caller's transaction. */
  recordIn(sql: Sql, tokens: readonly NewToken[]): Promise<void>;
};

/** The register's door for issue: concurrent issues share one INSERT and one commit. */
export function createTokenRegister(db: Sql, writer: UseWriter): TokenRegister {
  const lanes = createLanes<NewToken, void>({
    maxBatch: 200,
    maxInFlight: 2,
    run: async (tokens) => {
      await registerTokens(db, tokens, writer);
      return tokens.map(() => undefined);
    },
  });
  return {
    record: (token, isLight = false) => lanes.add(token, isLight),
    recordIn: (sql, tokens) => registerTokens(sql, tokens, writer),
  };
}
