import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import type { SubjectKind } from "./model.ts";

/** Where to read, and when: inside of a transaction or not. */
export type Reader = { db: Sql; now: Date };

/**
 * `bySecret`: a client of which a secret leaked, which opens what the client gets for itself, until `openedUntil` (as PostgreSQL writes it; without, for ever; null, never), and nothing of its people.
 */
export type CaseSubject = {
  kind: SubjectKind;
  id: string;
  bySecret?: boolean;
  openedUntil?: string | null;
};

/** What a case is about, and from when on. */
export type CaseScope = {
  subjects: readonly CaseSubject[];
  compromisedFrom: Date;
};

export type PickedTokens = {
  /** Newest first: a UUIDv7 carries its time. */
  ids: string[];
  /** Those of them that were named. */
  namedIds: string[];
  /** Those that were named and are not in the register any more. */
  leftIds: string[];
  isCut: boolean;
};

/** Tokens of a large user or client among which live ones are looked for, newest first; older ones that still live are in the copy. */
const LOOKED_AT = 200_000;

/** What is picked first where there is more than fits. */
type Tier = { rank: number; rows: Fragment };

function idsOf(subjects: CaseScope["subjects"], kind: SubjectKind): string[] {
  return subjects.flatMap((subject) => (subject.kind === kind ? [subject.id] : []));
}

type Holders = { column: Fragment; ids: string[]; theirs: Fragment };

function openedBy(clients: CaseScope["subjects"]): Fragment {
  const untils = clients.map(({ openedUntil = "infinity" }) => openedUntil);
  return sql`user_id IS NULL AND rooted_at < (SELECT u.until FROM unnest(${clients.map(({ id }) => id)}::uuid[], ${untils}::timestamptz[]) u(id, until) WHERE u.id = client_id)`;
}

/** The users and clients of a case, by the column that names them, with which of their tokens are meant. */
function holdersOf({ subjects }: CaseScope): Holders[] {
  const bySecret = subjects.filter((subject) => subject.bySecret === true);
  const whole = subjects.filter((subject) => subject.bySecret !== true);
  return [
    { column: sql`user_id`, ids: idsOf(whole, "user"), theirs: sql`true` },
    { column: sql`client_id`, ids: idsOf(whole, "client"), theirs: sql`true` },
    { column: sql`client_id`, ids: idsOf(bySecret, "client"), theirs: openedBy(bySecret) },
  ].filter(({ ids }) => ids.length > 0);
}

/** The first `max + 1` of the tiers, a token once. */
async function pickFirst(
  ctx: Reader,
  { subjects }: CaseScope,
  tiers: readonly Tier[],
  max: number,
): Promise<{ id: string; rank: number }[]> {
  const union = tiers
    .map(({ rank, rows }) => sql`SELECT x.id, ${rank}::int AS rank FROM (${rows}) x`)
    .reduce((before, tier) => sql`${before} UNION ALL ${tier}`);
  return run(
    ctx.db,
    sql`WITH named AS MATERIALIZED (SELECT t.id, t.family_id FROM unnest(${idsOf(subjects, "token")}::uuid[]) AS s(id)
          JOIN token t ON t.issued_at = uuid_extract_timestamp(s.id) AND t.id = s.id),
        family AS MATERIALIZED (SELECT n.family_id AS id FROM named n UNION SELECT unnest(${idsOf(subjects, "family")}::uuid[]))
      SELECT id, min(rank) AS rank FROM (${union}) u GROUP BY id ORDER BY min(rank), id DESC LIMIT ${max + 1}::int`,
  );
}

const NAMED: Tier = { rank: 0, rows: sql`SELECT n.id FROM named n` };
const OF_FAMILIES = sql`t.family_id = ANY (ARRAY (SELECT f.id FROM family f))`;

/** All tiers, newest first each: `limit` of any of them is as much as can be picked. */
function tiersOf(scope: CaseScope, limit: Fragment): Tier[] {
  const { compromisedFrom } = scope;
  return [
    NAMED,
    { rank: 3, rows: sql`SELECT t.id FROM token t WHERE ${OF_FAMILIES} ORDER BY t.issued_at DESC ${limit}` },
    ...holdersOf(scope).map(({ column, ids, theirs }) => ({
      rank: 4,
      rows: sql`SELECT t.id FROM token t WHERE t.${column} = ANY (${ids}::uuid[]) AND ${theirs} AND t.expires_at >= ${compromisedFrom}::timestamptz
        ORDER BY t.issued_at DESC ${limit}`,
    })),
  ];
}

async function liveTiersOf(ctx: Reader, scope: CaseScope, limit: Fragment): Promise<Tier[]> {
  const live = await liveTokens(ctx);
  return [
    { rank: 1, rows: sql`SELECT t.id ${live(OF_FAMILIES)} ORDER BY t.issued_at DESC ${limit}` },
    ...holdersOf(scope).map(({ column, ids, theirs }) => {
      const newest = sql`SELECT c.id, c.expires_at FROM token c WHERE c.${column} = ANY (${ids}::uuid[]) AND ${theirs} ORDER BY c.issued_at DESC LIMIT ${LOOKED_AT}::int`;
      const unexpired = sql`SELECT n.id FROM (${newest}) n WHERE n.expires_at > ${ctx.now}::timestamptz
        UNION SELECT c.id FROM live_token c WHERE c.${column} = ANY (${ids}::uuid[]) AND ${theirs} AND c.expires_at > ${ctx.now}::timestamptz`;
      const itself = sql`t.issued_at = uuid_extract_timestamp(k.id) AND t.id = k.id`;
      return {
        rank: 2,
        rows: sql`SELECT k.id FROM (${unexpired}) k JOIN LATERAL (SELECT 1 ${live(itself)}) t ON true ORDER BY k.id DESC ${limit}`,
      };
    }),
  ];
}

/**
 * Which tokens a case has: those that were named, all of their families, and of named users and clients those that lived in the window; of a client of which a secret leaked those without a person. Of more than `max`
 * those that were named come first, then what is live, families before others, then the rest, each newest first.
 */
export async function pickCaseTokens(ctx: Reader, scope: CaseScope, max: number): Promise<PickedTokens> {
  const limit = sql`LIMIT ${max + 1}::int`;
  const plain = await pickFirst(ctx, scope, tiersOf(scope, limit), max);
  const isCut = plain.length > max;
  const picked = isCut
    ? await pickFirst(ctx, scope, [...tiersOf(scope, limit), ...(await liveTiersOf(ctx, scope, limit))], max)
    : plain;
  const kept = picked.slice(0, max);
  // ids of one length sort as their times do
  const ids = kept.map(({ id }) => id).sort((one, other) => (one < other ? 1 : -1));
  const namedIds = kept.flatMap(({ id, rank }) => (rank === 0 ? [id] : []));
  const named = new Set(namedIds);
  return { ids, namedIds, leftIds: idsOf(scope.subjects, "token").filter((id) => !named.has(id)), isCut };
}
