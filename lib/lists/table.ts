import { AUDIENCES_TABLE } from "../audiences/table.ts";
import { auditEntriesTable, refusedCountsTable, tokenUsesTable } from "../audit/table.ts";
import { CLIENTS_TABLE } from "../clients/table.ts";
import { GROUPS_TABLE } from "../groups/table.ts";
import type { TableDeclaration } from "../list-query/define-table.ts";
import { ordersTable } from "../revocations/table.ts";
import { tokensTable } from "../tokens/table.ts";
import { USERS_TABLE } from "../users/table.ts";
import { VERIFIERS_TABLE } from "../verifiers/table.ts";
import type { ListName } from "./model.ts";

/** The declarations behind the names. */
export const TABLES: Record<ListName, TableDeclaration> = {
  tokens: tokensTable,
  "token-uses": tokenUsesTable,
  "audit-entries": auditEntriesTable,
  "refused-counts": refusedCountsTable,
  orders: ordersTable,
  users: USERS_TABLE,
  groups: GROUPS_TABLE,
  clients: CLIENTS_TABLE,
  audiences: AUDIENCES_TABLE,
  verifiers: VERIFIERS_TABLE,
};
