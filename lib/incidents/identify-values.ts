import { can, requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type PartiesRecord, partiesOf } from "../registry/named-parties.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import { identifyOwnSecrets } from "./identify-own-secrets.ts";
import { identifySecrets } from "./identify-secrets.ts";
import type { IdentifyInput } from "./input.ts";
import type { CaseName, IdentifiedValue } from "./model.ts";
import { readOpenCasesOf } from "./token-cases.ts";

type Value = IdentifyInput["values"][number];
type Found = PartiesRecord & {
  id: string;
  hash: string;
  familyId: string;
  kind: string;
  format: string;
  state: string;
  expiresAt: Date;
};
type Left = PartiesRecord & { id: string; familyId: string; kind: string };

/** Those that work, or will without anybody's doing. */
const LIVE = new Set(["active", "not_yet_valid"]);

async function readFound(ctx: Context, values: readonly Value[]): Promise<Found[]> {
  const pending = await readPendingOrders(ctx.db, ctx.now);
  const state = stateSql(pending, ctx.now, await readClockSkew(ctx.db));
  const ids = values.flatMap(({ id }) => (id !== undefined && uuidv7Time(id) !== null ? [id] : []));
  const hashes = values.flatMap(({ hash }) => hash ?? []);
  return run<Found>(
    ctx.db,
    sql`WITH named AS (
        SELECT t.id, t.issued_at FROM unnest(${ids}::uuid[]) AS p(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
        UNION
        SELECT t.id, t.issued_at FROM unnest(${hashes}::text[]) AS h(hash) JOIN token t ON t.value_hash = decode(h.hash, 'hex'))
      SELECT t.id, encode(t.value_hash, 'hex') AS hash, t.family_id AS "familyId", t.kind, t.format, ${state.state} AS state,
        t.expires_at AS "expiresAt", t.subject, t.client_id AS "clientUuid", cl.client_id AS "clientId", cl.name AS "clientName",
        t.user_id AS "userId", u.email AS "userEmail", u.name AS "userName"
      FROM named n JOIN token t ON t.issued_at = n.issued_at AND t.id = n.id ${STATE_JOINS}
        LEFT JOIN client cl ON cl.id = t.client_id LEFT JOIN user_account u ON u.id = t.user_id`,
  );
}

/** Those of some ids that have left the register with their week, as their issue is in the log. */
async function readLeft(db: Sql, ids: readonly string[]): Promise<Left[]> {
  if (ids.length === 0) return [];
  return run<Left>(
    db,
    sql`SELECT x.token_id AS id, x.family_id AS "familyId", x.token_kind AS kind, x.subject, x.client_id AS "clientUuid", c.client_id AS "clientId",
        c.name AS "clientName", x.user_id AS "userId", u.email AS "userEmail", u.name AS "userName"
      FROM unnest(${ids}::uuid[]) AS p(id) JOIN purged_week w ON uuid_extract_timestamp(p.id) >= w.week
          AND uuid_extract_timestamp(p.id) < w.week + interval '7 days'
        JOIN token_use x ON x.token_id = p.id AND x.received_at = uuid_extract_timestamp(p.id) AND x.outcome = 'issued'
        LEFT JOIN client c ON c.id = x.client_id LEFT JOIN user_account u ON u.id = x.user_id`,
  );
}

function namesOf(record: PartiesRecord): { holder: string; client: string } {
  const { client, user } = partiesOf(record);
  return { holder: user?.email ?? record.subject, client: client.clientId };
}

function standingOf({ state }: Found): "live" | "suspended" | "ended" {
  if (state === "suspended") return "suspended";
  return LIVE.has(state) ? "live" : "ended";
}

function foundOf(record: Found, hash: string | undefined, cases: CaseName[]): IdentifiedValue {
  const { id, familyId, kind, format, state } = record;
  const isSame = hash === undefined || hash === record.hash;
  return {
    is: isSame ? standingOf(record) : "differs",
    token: {
      id,
      familyId,
      kind,
      format,
      state,
      ...namesOf(record),
      expiresAt: record.expiresAt.toISOString(),
      cases,
    },
    secret: null,
    own: null,
  };
}

/**
 * What each of some pasted values is, in their order: ours and live, ours and suspended, ours and ended, ours with another value (a signature that was cut or changed: whoever
 * wrote it had the token, so it has leaked), a client's secret that gets tokens or does not, a secret of the product's own that works or does not, gone from the register with its week, or not ours. Values come as ids and hashes, never as they are. What is on record names the open cases that hold it, for who may read them. Changes nothing. Needs `token:read`.
 */
export async function identifyValues(ctx: Context, { values }: IdentifyInput): Promise<IdentifiedValue[]> {
  requirePermission(ctx, "token:read");
  const found = await readFound(ctx, values);
  const foundIds = found.map(({ id }) => id);
  const cases = can(ctx, "incident:read")
    ? await readOpenCasesOf(ctx, foundIds)
    : new Map<string, CaseName[]>();
  const byId = new Map(found.map((record) => [record.id, record]));
  const byHash = new Map(found.map((record) => [record.hash, record]));
  const missing = values.flatMap(({ id, hash }) =>
    id !== undefined && !byId.has(id) && (hash === undefined || !byHash.has(hash)) && uuidv7Time(id) !== null
      ? [id]
      : [],
  );
  const left = new Map((await readLeft(ctx.db, missing)).map((record) => [record.id, record]));
  const unknown = values.flatMap(({ hash }) => (hash === undefined || byHash.has(hash) ? [] : [hash]));
  const secrets = new Map([
    ...(await identifySecrets(ctx, unknown)),
    ...(await identifyOwnSecrets(ctx, unknown)),
  ]);
  return values.map(({ id, hash }): IdentifiedValue => {
    const record =
      (id === undefined ? undefined : byId.get(id)) ?? (hash === undefined ? undefined : byHash.get(hash));
    if (record !== undefined) return foundOf(record, hash, cases.get(record.id) ?? []);
    const secret = hash === undefined ? undefined : secrets.get(hash);
    if (secret !== undefined) return secret;
    const gone = id === undefined ? undefined : left.get(id);
    if (gone === undefined) return { is: "foreign", token: null, secret: null, own: null };
    const { familyId, kind } = gone;
    return {
      is: "left",
      token: {
        id: gone.id,
        familyId,
        kind,
        format: null,
        state: null,
        ...namesOf(gone),
        expiresAt: null,
        cases: [],
      },
      secret: null,
      own: null,
    };
  });
}
