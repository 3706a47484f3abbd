import type { Database } from "../db/database.ts";
import { prepared } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import { compile, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { type PartiesRecord, partiesOf } from "../registry/named-parties.ts";
import {
  PROTOCOL_SCOPES,
  type TokenFormat,
  type TokenKind,
  type TokenRow,
  type TokenState,
} from "./model.ts";
import { STATE_JOINS, type StateSql } from "./state-sql.ts";

/** A row as ROW_COLUMNS gives it. */
export type TokenRecord = PartiesRecord & {
  id: string;
  kind: TokenKind;
  format: TokenFormat;
  state: TokenState;
  clientDisabledAt: Date | null;
  userDisabledAt: Date | null;
  scopes: string[];
  groups: string[];
  audiences: string[];
  country: string | null;
  issuedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  lastUsedAt: Date | null;
  lastIp: string | null;
  useCount: bigint | null;
  refusedCount: bigint | null;
};

/** The columns of a TokenRow, beside STATE_JOINS and ROW_JOINS. Lists as JSON, which is read in a third of the time of arrays. */
export function rowColumns(state: StateSql): Fragment {
  return sql`t.id, t.kind, t.format, ${state.state} AS state, t.subject, t.client_id AS "clientUuid", cl.client_id AS "clientId",
    cl.name AS "clientName", cl.disabled_at AS "clientDisabledAt", t.user_id AS "userId", u.email AS "userEmail", u.name AS "userName",
    u.disabled_at AS "userDisabledAt", to_json(t.scopes) AS scopes, to_json(t.groups) AS groups, to_json(t.audiences) AS audiences, t.country, t.issued_at AS "issuedAt", t.expires_at AS "expiresAt",
    ${state.endedAt} AS "endedAt", us.last_used_at AS "lastUsedAt", us.last_ip AS "lastIp", us.use_count AS "useCount",
    us.refused_count AS "refusedCount"`;
}

export const ROW_JOINS = sql`LEFT JOIN client cl ON cl.id = t.client_id LEFT JOIN user_account u ON u.id = t.user_id
  LEFT JOIN token_usage us ON us.token_id = t.id`;

/** Of more rows the partitions that hold them are planned for. */
const FEW_ROWS = 200;

/**
 * Rows by their ids, in any order; null where many take longer than `timeoutMs`. Of few the statement is planned once where no order is pending: thinking about the
 * register's partitions takes longer than reading.
 */
export async function readRows(
  db: Database,
  places: readonly { id: string }[],
  { state, timeoutMs }: { state: StateSql; timeoutMs: number },
): Promise<TokenRecord[] | null> {
  if (places.length === 0) return [];
  const ids = places.map(({ id }) => id);
  const rows = (isIssued: Fragment) =>
    sql`SELECT ${rowColumns(state)} FROM unnest(${ids}::uuid[]) AS p(id)
      JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id${isIssued} ${STATE_JOINS} ${ROW_JOINS}`;
  if (ids.length > FEW_ROWS) {
    const at = ids.map((id) => uuidv7Time(id)?.getTime() ?? 0);
    const [first, last] = [new Date(Math.min(...at)), new Date(Math.max(...at))];
    const isIssued = sql` AND t.issued_at >= ${first}::timestamptz AND t.issued_at <= ${last}::timestamptz`;
    return withinTime<TokenRecord>(db, rows(isIssued), timeoutMs, "lookups");
  }
  const { text, values } = compile(rows(sql``));
  return db.query<TokenRecord>(state.isFixed ? prepared(text) : text, values);
}

/** What a token opens first, what the protocol adds to it last. */
function permissionsFirst(scopes: readonly string[]): string[] {
  return [
    ...scopes.filter((scope) => !PROTOCOL_SCOPES.has(scope)),
    ...scopes.filter((scope) => PROTOCOL_SCOPES.has(scope)),
  ];
}

export function tokenRowOf(record: TokenRecord): TokenRow {
  const { client, user } = partiesOf(record);
  return {
    id: record.id,
    kind: record.kind,
    format: record.format,
    state: record.state,
    subject: record.subject,
    user: user && { ...user, isDisabled: record.userDisabledAt !== null },
    client: { ...client, isDisabled: record.clientDisabledAt !== null },
    permissions: permissionsFirst(record.scopes),
    groups: record.groups,
    audiences: record.audiences,
    issuingCountry: record.country,
    issuedAt: record.issuedAt.toISOString(),
    expiresAt: record.expiresAt.toISOString(),
    endedAt: record.endedAt?.toISOString() ?? null,
    lastUsedAt: record.lastUsedAt?.toISOString() ?? null,
    lastIp: record.lastIp,
    useCount: Number(record.useCount ?? 0),
    refusedCount: Number(record.refusedCount ?? 0),
  };
}
