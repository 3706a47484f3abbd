import type { Sql } from "../db/sql.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { type DecidingRecord, orderOfRecord } from "../revocations/order-of-record.ts";
import type { SelectedTokens } from "../verification/order-book.ts";
import { ORDER_ENTRY_COLUMNS } from "../verification/read-orders.ts";
import { type Fact, factOf } from "./fact.ts";
import { ACCESS_TOKEN_MAX_MS, longestLifetimeSeconds, MARGIN_MS } from "./longest-lifetime.ts";
import { readFactDetails } from "./read-fact-details.ts";
import { firstOf } from "./recent-facts.ts";

/** What stands at a position of the feed, a part of it. Ids with the end of their last access token: 16 bytes, then seconds as 4 bytes big-endian. */
export type SnapshotPart = { token: Buffer; family: Buffer; facts: Fact[] };

export type SnapshotReading = {
  db: Sql;
  /** The head that was read; all at or below it is there and never changes. */
  head: bigint;
  now: Date;
  registry: Pick<RegistrySnapshot, "organisation" | "clientsByUuid">;
  /** Lets each statement wait for its turn. */
  inTurn?<T>(work: () => Promise<T>): Promise<T>;
};

/** Positions, and chunks of selections, that are looked at in one statement. */
const WINDOW = 50_000n;
const CHUNKS = 20;
/** Bytes of one entry, entries of a part, and bytes of its facts. */
const ENTRY_BYTES = 20;
const PART_BYTES = 10_000 * ENTRY_BYTES;
const FACTS_BYTES = 128 * 1_024;
/** How long tokens are told of after their end: as much as any verifier's clock may be behind. */
const SKEW_MS = 120_000;

// $1 and $2: after and up to which positions; $3: the head; $4: tokens that ended before are over; $5: no token issued before can still live
const IN_WINDOW = "r.position > $1::bigint AND r.position <= $2::bigint AND r.position <= $3::bigint";
const AT_ONCE = "r.verb = 'revoke' AND r.effective_from <= r.created_at";
const entryOf = (id: string, expiresAt: string) =>
  `string_agg(uuid_send(${id}) || substring(int8send(ceil(extract(epoch FROM ${expiresAt}))::bigint) FROM 5), '')`;
const LIVE = "t.kind = 'access' AND t.expires_at > $4::timestamptz AND t.issued_at > $5::timestamptz";

const TOKENS = `
  WITH n AS MATERIALIZED (SELECT r.target_id::uuid AS id FROM revocation_order r WHERE ${IN_WINDOW} AND r.target_kind = 'token' AND ${AT_ONCE})
  SELECT ${entryOf("t.id", "t.expires_at")} AS entries
  FROM n JOIN token t ON t.id = n.id AND t.issued_at = uuid_extract_timestamp(n.id) WHERE ${LIVE}`;

/** $6: seconds that a token can live which was on its way when its family was ordered away. */
const FAMILIES = `
  WITH n AS MATERIALIZED (SELECT r.target_id::uuid AS id, min(r.created_at) AS at FROM revocation_order r
    WHERE ${IN_WINDOW} AND r.target_kind = 'family' AND ${AT_ONCE} AND r.created_at > $5::timestamptz GROUP BY r.target_id),
  f AS (SELECT n.id, greatest(n.at + make_interval(secs => $6::int), (SELECT max(t.expires_at) FROM token t WHERE t.family_id = n.id AND ${LIVE})) AS expires_at
    FROM n)
  SELECT ${entryOf("f.id", "f.expires_at")} AS entries FROM f WHERE f.expires_at > $4::timestamptz`;

const NEXT_CHUNKS = `SELECT max(position) AS position FROM (SELECT r.position FROM selection_chunk r WHERE r.position > $1::bigint AND r.position <= $2::bigint
  ORDER BY r.position LIMIT ${CHUNKS}) c`;

/** Whether an order, by its alias, can still matter to a token that can still be presented. */
const matters = (o: string) => `(${o}.verb IN ('revoke', 'suspend')
  AND (${o}.target_kind = 'signing_key' OR greatest(${o}.created_at, ${o}.effective_from, ${o}.cutoff) > $5::timestamptz)
  AND (${o}.expires_at IS NULL OR ${o}.expires_at > $4::timestamptz)
  AND NOT EXISTS (SELECT FROM revocation_order k WHERE k.cancels_id = ${o}.id AND k.position <= $3::bigint)
  AND NOT (${o}.verb = 'suspend' AND EXISTS (SELECT FROM revocation_order x WHERE x.verb = 'restore' AND x.target_kind = ${o}.target_kind
    AND x.target_id = ${o}.target_id AND x.position > ${o}.position AND x.position <= $3::bigint AND x.effective_from <= x.created_at)))`;

const OTHERS = `
  SELECT ${ORDER_ENTRY_COLUMNS} FROM revocation_order r WHERE ${IN_WINDOW} AND NOT (r.target_kind IN ('token', 'family') AND ${AT_ONCE})
    AND (${matters("r")} OR (r.verb = 'restore' AND r.effective_from > r.created_at)) ORDER BY r.position`;

const ofSelection = (
  condition: string,
) => `EXISTS (SELECT FROM revocation_order o WHERE o.target_kind = 'selection'
  AND o.target_id = r.selection_id::text AND o.position <= $3::bigint AND ${condition})`;
const SELECTED_AT_ONCE = ofSelection("o.verb = 'revoke' AND o.effective_from <= o.created_at");

const SELECTED_TOKENS = `
  WITH n AS MATERIALIZED (SELECT unnest(r.token_ids) AS id FROM selection_chunk r WHERE ${IN_WINDOW} AND ${SELECTED_AT_ONCE})
  SELECT ${entryOf("t.id", "t.expires_at")} AS entries
  FROM n JOIN token t ON t.id = n.id AND t.issued_at = uuid_extract_timestamp(n.id) WHERE ${LIVE}`;

const SELECTIONS = `
  SELECT r.position, r.selection_id AS "selectionId", (SELECT string_agg(uuid_send(t.id), '') FROM unnest(r.token_ids) n(id)
    JOIN token t ON t.id = n.id AND t.issued_at = uuid_extract_timestamp(n.id) WHERE ${LIVE}) AS ids
  FROM selection_chunk r WHERE ${IN_WINDOW} AND NOT ${SELECTED_AT_ONCE} AND ${ofSelection(matters("o"))} ORDER BY r.position`;

type Entries = { entries: Buffer | null };

/** Where the feed is now. */
export async function readHead(db: Sql): Promise<bigint> {
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  if (head === undefined) throw new Error("the feed of revocations has no head");
  return head.position;
}

function* partsOf(kind: "token" | "family", entries: Buffer | null | undefined): Generator<SnapshotPart> {
  const none = Buffer.alloc(0);
  for (let at = 0; at < (entries?.length ?? 0); at += PART_BYTES) {
    const some = (entries as Buffer).subarray(at, at + PART_BYTES);
    yield { token: none, family: none, facts: [], [kind]: some };
  }
}

function* factParts(facts: readonly Fact[]): Generator<SnapshotPart> {
  const none = Buffer.alloc(0);
  for (let at = 0; at < facts.length; ) {
    const some = firstOf(facts, at, FACTS_BYTES);
    yield { token: none, family: none, facts: some };
    at += some.length;
  }
}

/**
 * What a newcomer needs to decide about every access token that can still be presented: revocations that hold at once as bare ids, everything
 * else that is not over as facts. What was called off or given back up to the head is left out. Read part by part: memory holds one at a time.
 */
export async function* readSnapshot(reading: SnapshotReading): AsyncGenerator<SnapshotPart> {
  const { db, head, now, registry, inTurn = (work) => work() } = reading;
  const over = new Date(now.getTime() - SKEW_MS);
  const issuedSince = new Date(now.getTime() - ACCESS_TOKEN_MAX_MS - MARGIN_MS);
  const underway = longestLifetimeSeconds(registry) + 60;
  for (let from = 0n; from < head; from += WINDOW) {
    const window = [from, from + WINDOW, head, over, issuedSince];
    const [tokens] = await inTurn(() => db.query<Entries>(TOKENS, window));
    yield* partsOf("token", tokens?.entries);
    const [families] = await inTurn(() => db.query<Entries>(FAMILIES, [...window, underway]));
    yield* partsOf("family", families?.entries);
    const facts = await inTurn(async () => {
      const orders = (await db.query<DecidingRecord>(OTHERS, window)).map(orderOfRecord);
      const details = await readFactDetails(db, orders, registry);
      return orders.map((order) => factOf(order, details));
    });
    const floor = over.getTime() / 1_000;
    yield* factParts(
      facts.filter((fact) => "selection" in fact || fact.expires === undefined || fact.expires > floor),
    );
  }
  for (let from = 0n; ; ) {
    const [last] = await db.query<{ position: bigint | null }>(NEXT_CHUNKS, [from, head]);
    if (last === undefined || last.position === null) return;
    const window = [from, last.position, head, over, issuedSince];
    const [tokens] = await inTurn(() => db.query<Entries>(SELECTED_TOKENS, window));
    yield* partsOf("token", tokens?.entries);
    const chunks = await inTurn(() =>
      db.query<Omit<SelectedTokens, "ids"> & { ids: Buffer | null }>(SELECTIONS, window),
    );
    const known = chunks.filter((chunk): chunk is SelectedTokens => chunk.ids !== null);
    yield* factParts(known.map((chunk) => factOf(chunk, { clientIds: new Map(), expires: new Map() })));
    from = last.position;
  }
}
