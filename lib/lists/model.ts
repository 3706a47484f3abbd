/** Lists of the console by the names of their tables: what can be exported and kept as a view. Browser-safe. */
export const LIST_NAMES = [
  "tokens",
  "token-uses",
  "audit-entries",
  "refused-counts",
  "orders",
  "users",
  "groups",
  "clients",
  "audiences",
  "verifiers",
] as const;
export type ListName = (typeof LIST_NAMES)[number];

/** What each is called, and the page that shows it. */
export const LIST_PLACES: Record<ListName, { title: string; path: string }> = {
  tokens: { title: "Tokens", path: "/tokens" },
  "token-uses": { title: "Token uses", path: "/audit" },
  "audit-entries": { title: "Admin acts", path: "/audit/acts" },
  "refused-counts": { title: "Refused without a token", path: "/audit/refused" },
  orders: { title: "Orders", path: "/orders" },
  users: { title: "Users", path: "/users" },
  groups: { title: "Groups", path: "/groups" },
  clients: { title: "Clients", path: "/clients" },
  audiences: { title: "Audiences", path: "/audiences" },
  verifiers: { title: "Verifiers", path: "/verifiers" },
};

export function isListName(name: string): name is ListName {
  return (LIST_NAMES as readonly string[]).includes(name);
}
