/** One call that an API takes. `{}` in the path stands for an id. */
export type Operation = { method: string; path: string; audience: string; permission: string };

function operations(audience: string, lines: string): Operation[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [permission = "", method = "", path = ""] = line.trim().split(/\s+/);
      return { audience, permission, method, path };
    });
}

/** Everything that the sample APIs can be asked; reading comes first and more often than writing. */
export const OPERATIONS: readonly Operation[] = [
  ...operations(
    "billing",
    `invoices:read GET /v1/invoices
     invoices:read GET /v1/invoices/{}
     invoices:read GET /v1/credit-notes/{}
     invoices:write POST /v1/invoices
     invoices:write PATCH /v1/invoices/{}
     invoices:send POST /v1/invoices/{}/send`,
  ),
  ...operations(
    "ledger",
    `ledger:read GET /v1/accounts
     ledger:read GET /v1/accounts/{}/postings
     ledger:read GET /v1/trial-balance
     ledger:write POST /v1/postings
     ledger:close POST /v1/periods/{}/close`,
  ),
  ...operations(
    "payments",
    `payments:read GET /v1/payments/{}
     payments:read GET /v1/payments
     payments:hold POST /v1/payments/{}/hold`,
  ),
  ...operations(
    "reports",
    `reports:read GET /v2/reports
     reports:read GET /v2/reports/{}
     reports:read GET /v2/dashboards/{}
     reports:export POST /v2/reports/{}/export
     reports:write PUT /v2/reports/{}/result`,
  ),
  ...operations(
    "documents",
    `documents:read GET /v2/documents
     documents:read GET /v2/documents/{}/text`,
  ),
  ...operations("push", "devices:notify POST /push/devices/{}/messages"),
  ...operations(
    "helpdesk",
    `tickets:read GET /helpdesk/tickets
     tickets:read GET /helpdesk/tickets/{}
     customers:read GET /helpdesk/customers/{}
     tickets:write POST /helpdesk/tickets/{}/replies
     tickets:write PUT /helpdesk/tickets/{}/state`,
  ),
  ...operations(
    "deploy",
    `deploy:read GET /deploy/services
     deploy:read GET /deploy/releases/{}
     secrets:read GET /deploy/services/{}/secrets
     deploy:staging POST /deploy/staging/releases
     deploy:prod POST /deploy/production/releases`,
  ),
  ...operations(
    "assets",
    `assets:read GET /assets/search
     assets:read GET /assets/{}
     assets:write PUT /assets/{}`,
  ),
  ...operations(
    "orders",
    `orders:read GET /orders
     orders:read GET /orders/{}
     orders:write PATCH /orders/{}
     orders:refund POST /orders/{}/refund
     orders:cancel POST /orders/{}/cancel`,
  ),
];

const shapes = OPERATIONS.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll("{}", "[\\w-]+")}$`),
}));

/** The operation behind a request, or null where there is nothing at that address. */
export function findOperation(method: string, path: string): Operation | null {
  return (
    shapes.find(({ operation, pattern }) => operation.method === method && pattern.test(path))?.operation ??
    null
  );
}

/** What a token with these permissions can do. */
export function operationsOf(permissions: ReadonlySet<string>): Operation[] {
  return OPERATIONS.filter(({ permission }) => permissions.has(permission));
}
