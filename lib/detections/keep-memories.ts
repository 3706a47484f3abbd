import { prepared, type Sql } from "../db/sql.ts";
import type { NetworkOf } from "../places/network-database.ts";
import { networkLabelOf } from "../places/network-label.ts";
import type { Memories } from "./judge-events.ts";
import { NO_CLIENT, NO_TOKEN, startingAt } from "./memory.ts";
import type { ClientMemory, TokenMemory } from "./rule.ts";

/** A token is remembered for so long after it has expired, or was last seen when it had already. */
const KEEP_AFTER_MS = 3_600_000;

const TOKENS = prepared(`
  SELECT m.token_id AS id, m.countries, m.network_hashes AS networks, m.minute, m.uses, m.late_minute AS "lateMinute", m.late_uses AS "lateUses", m.tries, m.keep_until AS "keepUntil"
  FROM detection_token m WHERE m.token_id = ANY ($1::uuid[])`);

const ISSUES = prepared(`
  SELECT t.id, t.issued_at AS "issuedAt", t.expires_at AS "expiresAt", t.ip, t.country FROM unnest($1::uuid[]) AS p(id)
    JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id`);

const CLIENTS = prepared(`
  SELECT m.client_id AS id, m.minute, m.uses, m.tokens, m.usual, m.minutes FROM detection_client m WHERE m.client_id = ANY ($1::uuid[])`);

const SAVE_TOKENS = prepared(`
  INSERT INTO detection_token AS m (token_id, countries, network_hashes, minute, uses, late_minute, late_uses, tries, keep_until)
  SELECT r.token_id, r.countries, r.network_hashes, r.minute, r.uses, r.late_minute, r.late_uses, r.tries, r.keep_until
  FROM json_to_recordset($1::json) AS r(token_id uuid, countries text, network_hashes int[], minute int, uses int, late_minute int, late_uses int, tries jsonb,
    keep_until timestamptz)
  ON CONFLICT (token_id) DO UPDATE SET countries = excluded.countries, network_hashes = excluded.network_hashes, minute = excluded.minute, uses = excluded.uses,
    late_minute = excluded.late_minute, late_uses = excluded.late_uses, tries = excluded.tries`);

const SAVE_CLIENTS = prepared(`
  INSERT INTO detection_client AS m (client_id, minute, uses, tokens, usual, minutes)
  SELECT r.client_id, r.minute, r.uses, r.tokens, r.usual, r.minutes
  FROM json_to_recordset($1::json) AS r(client_id uuid, minute int, uses int, tokens int, usual real, minutes int)
  ON CONFLICT (client_id) DO UPDATE SET minute = excluded.minute, uses = excluded.uses, tokens = excluded.tokens, usual = excluded.usual,
    minutes = excluded.minutes`);

type TokenRecord = Omit<TokenMemory, "countries" | "tries"> & {
  id: string;
  countries: string;
  tries: Record<string, { count: number; since: string }>;
  keepUntil: Date;
};
type IssueRecord = {
  id: string;
  issuedAt: Date;
  expiresAt: Date;
  ip: string | null;
  country: string | null;
};

/** Memories, and until when each token's is kept. */
export type LoadedMemories = Memories & { keepUntil: Map<string, Date> };

/**
 * What is remembered of tokens and clients. A token that is seen for the first time begins where it was issued; one of before the reading began at no place, for
 * nobody looked at where it was used.
 */
export async function loadMemories(
  tx: Sql,
  tokenIds: readonly string[],
  clientIds: readonly string[],
  { beganAt, now }: { beganAt: Date; now: Date },
  networkOf: NetworkOf,
): Promise<LoadedMemories> {
  const loaded: LoadedMemories = { tokens: new Map(), clients: new Map(), keepUntil: new Map() };
  if (tokenIds.length === 0) return loaded;
  for (const { id, countries, tries, keepUntil, ...memory } of await tx.query<TokenRecord>(TOKENS, [
    tokenIds,
  ])) {
    loaded.tokens.set(id, { ...memory, countries: countries.match(/../g) ?? [], tries: triesOf(tries) });
    loaded.keepUntil.set(id, keepUntil);
  }
  const fresh = tokenIds.filter((id) => !loaded.tokens.has(id));
  const issues =
    fresh.length === 0
      ? new Map<string, IssueRecord>()
      : new Map((await tx.query<IssueRecord>(ISSUES, [fresh])).map((issue) => [issue.id, issue]));
  for (const id of fresh) {
    const issue = issues.get(id);
    const endsAt = Math.max(issue?.expiresAt.getTime() ?? 0, now.getTime());
    loaded.tokens.set(
      id,
      issue === undefined || issue.issuedAt < beganAt
        ? NO_TOKEN
        : startingAt({
            country: issue.country,
            network: networkLabelOf(issue.ip, networkOf)?.network ?? null,
          }),
    );
    loaded.keepUntil.set(id, new Date(endsAt + KEEP_AFTER_MS));
  }
  for (const id of clientIds) loaded.clients.set(id, NO_CLIENT);
  for (const { id, ...memory } of await tx.query<ClientMemory & { id: string }>(CLIENTS, [clientIds]))
    loaded.clients.set(id, memory);
  return loaded;
}

function triesOf(kept: TokenRecord["tries"]): TokenMemory["tries"] {
  return Object.fromEntries(
    Object.entries(kept).map(([refusal, { count, since }]) => [refusal, { count, since: new Date(since) }]),
  );
}

/** Writes back what is remembered now. */
export async function saveMemories(tx: Sql, { tokens, clients, keepUntil }: LoadedMemories): Promise<void> {
  if (tokens.size === 0) return;
  const tokenRows = [...tokens].map(([id, memory]) => ({
    token_id: id,
    countries: memory.countries.join(""),
    network_hashes: memory.networks,
    minute: memory.minute,
    uses: memory.uses,
    late_minute: memory.lateMinute,
    late_uses: memory.lateUses,
    tries: memory.tries,
    keep_until: keepUntil.get(id),
  }));
  await tx.query(SAVE_TOKENS, [JSON.stringify(tokenRows)]);
  const clientRows = [...clients].map(([id, memory]) => ({ client_id: id, ...memory }));
  await tx.query(SAVE_CLIENTS, [JSON.stringify(clientRows)]);
}

/** Forgets tokens that have expired for long enough; 5,000 in a statement. Returns how many. */
export async function forgetTokens(db: Sql, now: Date): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const gone = await db.query(
      `DELETE FROM detection_token WHERE token_id IN (SELECT token_id FROM detection_token WHERE keep_until < $1::timestamptz
         ORDER BY keep_until LIMIT 5000 FOR UPDATE SKIP LOCKED) RETURNING 1 AS gone`,
      [now],
    );
    forgotten += gone.length;
    if (gone.length < 5_000) return forgotten;
  }
}
