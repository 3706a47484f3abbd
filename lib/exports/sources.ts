import { listAudiences } from "../audiences/list-audiences.ts";
import { listAuditEntryDetails } from "../audit/list-audit-entries.ts";
import { countRefusedCounts, listRefusedCounts } from "../audit/list-refused-counts.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { FILE_SEARCH_TIME } from "../audit/search-uses.ts";
import { listClients } from "../clients/list-clients.ts";
import type { Context } from "../context.ts";
import type { StreamEvent } from "../event-streams/stream-event.ts";
import { listGroups } from "../groups/list-groups.ts";
import type { ListQuery, Page, TableDeclaration, Total } from "../list-query/define-table.ts";
import type { ListName } from "../lists/model.ts";
import { listOrders } from "../revocations/list-orders.ts";
import { countTokensExactly } from "../tokens/count-tokens.ts";
import { listTokens } from "../tokens/list-tokens.ts";
import { listUsers } from "../users/list-users.ts";
import { listVerifiers } from "../verifiers/list-verifiers.ts";
import {
  AUDIENCE_COLUMNS,
  CLIENT_COLUMNS,
  type Columns,
  ENTRY_COLUMNS,
  GROUP_COLUMNS,
  ORDER_COLUMNS,
  REFUSED_COLUMNS,
  TOKEN_COLUMNS,
  USE_COLUMNS,
  USER_COLUMNS,
  VERIFIER_COLUMNS,
} from "./columns.ts";

import { countActs, countUses } from "./count-events.ts";

export type ExportPage = Page<unknown> & { total?: Total };

/** Where an export's rows come from: the list's own use case, page after page, so that a file says what the list says. */
export type ExportSource = {
  columns: Columns<unknown>;
  /** When a row came to be: what came after the beginning of the export is not in it. */
  bornAt: (row: unknown) => string;
  readPage: (ctx: Context, query: ListQuery) => Promise<ExportPage>;
  /** The event that a row is, of lists whose rows are events. */
  eventOf?: (row: unknown) => StreamEvent;
  /** How many rows match, where a page does not say it well enough; counted beside the reading. */
  count?: (ctx: Context, query: ListQuery) => Promise<Total>;
  /** The same for whoever decides on the export, of lists whose pages do not say how many rows match. */
  tell?: (ctx: Context, query: ListQuery) => Promise<Total>;
};

function source<T extends TableDeclaration, Row>(given: {
  columns: Columns<Row>;
  bornAt: (row: Row) => string;
  read: (ctx: Context, query: ListQuery<T>) => Promise<Page<Row> & { total?: Total }>;
  count?: (ctx: Context, query: ListQuery<T>) => Promise<Total>;
  tell?: (ctx: Context, query: ListQuery<T>) => Promise<Total>;
  eventOf?: (row: Row) => StreamEvent;
}): ExportSource {
  return {
    columns: given.columns as Columns<unknown>,
    bornAt: given.bornAt as (row: unknown) => string,
    // the query was parsed by the declaration that stands under the same name
    readPage: (ctx, query) => given.read(ctx, query as unknown as ListQuery<T>),
    ...(given.eventOf === undefined
      ? {}
      : { eventOf: given.eventOf as NonNullable<ExportSource["eventOf"]> }),
    ...(given.count === undefined ? {} : { count: given.count as NonNullable<ExportSource["count"]> }),
    ...(given.tell === undefined ? {} : { tell: given.tell as NonNullable<ExportSource["tell"]> }),
  };
}

export const EXPORT_SOURCES: Record<ListName, ExportSource> = {
  tokens: source({
    columns: TOKEN_COLUMNS,
    bornAt: (row) => row.issuedAt,
    // it is counted once, beside the reading
    read: (ctx, query) => listTokens(ctx, query, { isCounted: false }),
    count: (ctx, query) => countTokensExactly(ctx, query.filters),
  }),
  "token-uses": source({
    columns: USE_COLUMNS,
    bornAt: (row) => row.receivedAt,
    // however rare they are: what a page gives up on, a file goes on with
    read: (ctx, query) => listTokenUses(ctx, query, FILE_SEARCH_TIME),
    tell: (ctx, { filters }) => countUses(ctx, filters),
    eventOf: (row) => ({ type: "token_use", ...row }),
  }),
  "audit-entries": source({
    columns: ENTRY_COLUMNS,
    bornAt: (row) => row.at,
    // with what each changed, which the list leaves to each act's own page
    read: listAuditEntryDetails,
    tell: (ctx, { filters }) => countActs(ctx, filters),
    eventOf: (row) => ({ type: "admin_act", ...row }),
  }),
  "refused-counts": source({
    columns: REFUSED_COLUMNS,
    bornAt: (row) => row.minute,
    read: listRefusedCounts,
    tell: (ctx, { filters }) => countRefusedCounts(ctx, filters),
  }),
  orders: source({ columns: ORDER_COLUMNS, bornAt: (row) => row.createdAt, read: listOrders }),
  users: source({ columns: USER_COLUMNS, bornAt: (row) => row.createdAt, read: listUsers }),
  groups: source({ columns: GROUP_COLUMNS, bornAt: (row) => row.createdAt, read: listGroups }),
  clients: source({ columns: CLIENT_COLUMNS, bornAt: (row) => row.createdAt, read: listClients }),
  audiences: source({ columns: AUDIENCE_COLUMNS, bornAt: (row) => row.createdAt, read: listAudiences }),
  verifiers: source({ columns: VERIFIER_COLUMNS, bornAt: (row) => row.createdAt, read: listVerifiers }),
};
