import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import type { NetworkOf } from "../places/network-database.ts";
import { networkLabelOf } from "../places/network-label.ts";
import { knownNetworkOf } from "../places/our-networks.ts";
import { readPendingOrders } from "../tokens/state-sql.ts";
import { judgeEvents, type RulesSettings } from "./judge-events.ts";
import { loadMemories, saveMemories } from "./keep-memories.ts";
import { addSeriesUses } from "./keep-uses.ts";
import { RULE_NAMES, type RuleName } from "./model.ts";
import { raiseDetections } from "./raise-detections.ts";
import { readNextActs } from "./read-acts.ts";
import { type Place, readLateUses, readNextUses, USES_AT_ONCE, type UseRecord } from "./read-uses.ts";
import type { UseEvent } from "./rule.ts";
import { settingsOf, type Tuning } from "./settings.ts";

/** How old a use is when it is read: younger ones are mostly still being written, and would be read as late ones. */
const READ_AFTER_MS = 1_000;

/** The place is of a time that has not come: the clock went back, and what is written now lies before it. */
const IS_AHEAD = "r.received_at > clock_timestamp() + interval '10 minutes'";

/** Whether there is anything to do: looked at without a lock, for mostly there is not. */
const IS_BEHIND = `
  SELECT EXISTS (SELECT FROM token_use u WHERE u.received_at >= r.received_at AND (u.received_at, u.id) > (r.received_at, r.use_id)
      AND u.received_at <= clock_timestamp() - make_interval(secs => $1::float8 / 1000))
    OR EXISTS (SELECT FROM detection_slice WHERE due_at <= clock_timestamp())
    OR EXISTS (SELECT FROM audit_chain c WHERE c.id = 'admin' AND c.sequence > r.entry_sequence) OR ${IS_AHEAD} AS there
  FROM detection_reader r WHERE r.id = 1`;

type ReaderRecord = {
  receivedAt: Date;
  useId: string;
  entrySequence: bigint;
  beganAt: Date;
  now: Date;
  isAhead: boolean;
};

const TAKE = `
  SELECT received_at AS "receivedAt", use_id AS "useId", entry_sequence AS "entrySequence", began_at AS "beganAt",
    clock_timestamp()::timestamptz(3) AS now, ${IS_AHEAD} AS "isAhead"
  FROM detection_reader r WHERE id = 1 FOR UPDATE SKIP LOCKED`;

// the last checkpoint before the clock went on is a minute before it at the most: none is missed, and some may count twice
const PLACE_BEFORE = `
  SELECT coalesce((SELECT at FROM checkpoint WHERE at <= $1::timestamptz ORDER BY number DESC LIMIT 1), $1::timestamptz - interval '10 minutes') AS at`;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

const MOVE = `
  UPDATE detection_reader SET received_at = $1::timestamptz, use_id = $2::uuid, entry_sequence = $3::bigint, taken = taken + $4::bigint,
    revision = revision + $5::bigint WHERE id = 1`;

/**
 * One step of the rules: the next uses and acts on record, and what was committed late into stretches that had been read, are held against every rule. What is
 * found, what is remembered and how far was read commit together, so that each use counts once whatever dies in between; one worker at a time does it.
 *
 * @param readAfterMs see READ_AFTER_MS.
 * @param networkOf which networks addresses are in.
 * @returns uses and acts that were taken, and whether there may be more at once.
 */
export async function detectNext(
  db: SqlDatabase,
  readAfterMs: number = READ_AFTER_MS,
  networkOf: NetworkOf = knownNetworkOf,
): Promise<{ taken: number; isMore: boolean }> {
  const [behind] = await db.query<{ there: boolean }>(IS_BEHIND, [readAfterMs]);
  if (behind?.there !== true) return { taken: 0, isMore: false };
  return db.transaction(async (tx) => {
    const [reader] = await tx.query<ReaderRecord>(TAKE);
    // another worker is at it
    if (reader === undefined) return { taken: 0, isMore: false };
    const { now } = reader;
    const late = await readLateUses(tx, now);
    const from = await placeOf(tx, reader);
    const next = await readNextUses(tx, from, new Date(now.getTime() - readAfterMs));
    const acts = await readNextActs(tx, reader.entrySequence);
    const uses = await eventsOf(tx, [...late, ...next.rows], now, networkOf);
    const memories = await loadMemories(
      tx,
      distinct(uses, ({ tokenId }) => tokenId),
      distinct(uses, ({ clientId }) => clientId),
      reader,
      networkOf,
    );
    const events = [...uses, ...acts.events];
    const settingsFor = await readSettings(tx, new Set(events.flatMap(({ clientId }) => clientId ?? [])));
    const raised = judgeEvents(events, memories, settingsFor);
    await saveMemories(tx, memories);
    await addSeriesUses(tx, raised, next.place);
    await raiseDetections(tx, raised, now);
    const taken = late.length + next.rows.length;
    await tx.query(MOVE, [next.place.at, next.place.id, acts.sequence, taken, raised.length === 0 ? 0 : 1]);
    return {
      taken: taken + acts.events.length,
      isMore: next.rows.length === USES_AT_ONCE || late.length > 0 || acts.isMore,
    };
  });
}

/** From where on uses are read: where the reading stands, or where it stood before the clock went on and back again. */
async function placeOf(tx: Sql, { receivedAt, useId, now, isAhead }: ReaderRecord): Promise<Place> {
  if (!isAhead) return { at: receivedAt, id: useId };
  const [before] = await tx.query<{ at: Date }>(PLACE_BEFORE, [now]);
  return { at: before?.at ?? now, id: FIRST_ID };
}

function distinct(events: readonly UseEvent[], idOf: (event: UseEvent) => string): string[] {
  return [...new Set(events.map(idOf))];
}

const ENDS = `
  SELECT t.id, t.expires_at AS "expiresAt", least(s.revoked_at,
      (SELECT min(o.effective_from) FROM revocation_order o WHERE o.id = ANY ($2::uuid[]) AND order_reaches(o, t))) AS "revokedAt"
  FROM unnest($1::uuid[]) AS p(id)
    JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id LEFT JOIN token_standing s ON s.token_id = t.id`;

/** When the tokens end that verifiers accepted of their own accord, also by orders that are not written down for them yet; authorities accept none that has ended. */
async function readEnds(
  tx: Sql,
  rows: readonly UseRecord[],
  now: Date,
): Promise<Map<string, UseEvent["end"]>> {
  const ids = new Set(
    rows.flatMap(({ source, outcome, tokenId }) =>
      source === "report" && outcome === "allowed" ? [tokenId] : [],
    ),
  );
  if (ids.size === 0) return new Map();
  const { revokes } = await readPendingOrders(tx, now);
  const ends = await tx.query<{ id: string; expiresAt: Date; revokedAt: Date | null }>(ENDS, [
    [...ids],
    revokes,
  ]);
  return new Map(
    ends.map(({ id, expiresAt, revokedAt }) => [
      id,
      revokedAt !== null && revokedAt < expiresAt
        ? { how: "revoked", at: revokedAt }
        : { how: "expired", at: expiresAt },
    ]),
  );
}

const COUNTRY = /^[A-Z]{2}$/;

async function eventsOf(
  tx: Sql,
  rows: readonly UseRecord[],
  now: Date,
  networkOf: NetworkOf,
): Promise<UseEvent[]> {
  const ends = await readEnds(tx, rows, now);
  return rows.flatMap(({ outcome, ...row }) =>
    outcome === "issued"
      ? []
      : [
          {
            ...row,
            kind: "use" as const,
            outcome,
            country: row.country !== null && COUNTRY.test(row.country) ? row.country : null,
            ...(networkLabelOf(row.ip, networkOf) ?? { network: null, networkName: null }),
            end: row.source === "report" && outcome === "allowed" ? (ends.get(row.tokenId) ?? null) : null,
          },
        ],
  );
}

const DEFAULTS = rulesSettings(() => null);

function rulesSettings(tuningOf: (rule: RuleName) => Tuning | null): RulesSettings {
  return Object.fromEntries(
    RULE_NAMES.map((rule) => [rule, settingsOf(rule, tuningOf(rule))]),
  ) as RulesSettings;
}

async function readSettings(
  tx: Sql,
  clientIds: Iterable<string>,
): Promise<(clientId: string | null) => RulesSettings> {
  const tunings = await tx.query<Tuning & { clientId: string; rule: string }>(
    `SELECT client_id AS "clientId", rule, is_on AS "isOn", "values", countries FROM detection_tuning WHERE client_id = ANY ($1::uuid[])`,
    [[...clientIds]],
  );
  const byClient = new Map<string, RulesSettings>();
  for (const { clientId } of tunings)
    if (!byClient.has(clientId))
      byClient.set(
        clientId,
        rulesSettings(
          (rule) => tunings.find((tuning) => tuning.clientId === clientId && tuning.rule === rule) ?? null,
        ),
      );
  return (clientId) => (clientId === null ? DEFAULTS : (byClient.get(clientId) ?? DEFAULTS));
}
