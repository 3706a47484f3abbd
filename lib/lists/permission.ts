import type { Permission } from "../authz/roles.ts";
import type { ListName } from "./model.ts";

/** What it takes to read each list. */
export const LIST_PERMISSION: Record<ListName, Permission> = {
  tokens: "token:read",
  "token-uses": "audit:read",
  "audit-entries": "audit:read",
  "refused-counts": "audit:read",
  orders: "order:read",
  users: "user:read",
  groups: "group:read",
  clients: "client:read",
  audiences: "audience:read",
  verifiers: "verifier:read",
};
