export type SampleAudience = { name: string; title: string; permissions: Record<string, string> };
export type SampleGroup = { name: string; description: string; permissions: string[] };

export const SAMPLE_NAME = "Northwind";
export const SAMPLE_DOMAIN = "northwind.example";

/** Each permission belongs to the audience that it stands under. */
export const SAMPLE_AUDIENCES: readonly SampleAudience[] = [
  {
    name: "billing",
    title: "Billing",
    permissions: {
      "invoices:read": "See invoices and credit notes",
      "invoices:write": "Write and correct invoices",
      "invoices:send": "Send invoices to customers",
    },
  },
  {
    name: "ledger",
    title: "General ledger",
    permissions: {
      "ledger:read": "See accounts and postings",
      "ledger:write": "Post to accounts",
      "ledger:close": "Close a period",
    },
  },
  {
    name: "reports",
    title: "Reports",
    permissions: {
      "reports:read": "See reports",
      "reports:export": "Take reports out as files",
      "reports:write": "Define and compute reports",
    },
  },
  { name: "push", title: "Push messages", permissions: { "devices:notify": "Send a message to devices" } },
  {
    name: "helpdesk",
    title: "Helpdesk",
    permissions: {
      "tickets:read": "See tickets",
      "tickets:write": "Answer and close tickets",
      "customers:read": "See customers and their contacts",
    },
  },
  {
    name: "deploy",
    title: "Deployments",
    permissions: {
      "deploy:read": "See deployments",
      "deploy:staging": "Deploy to staging",
      "deploy:prod": "Deploy to production",
      "secrets:read": "Read deployment secrets",
    },
  },
  {
    name: "assets",
    title: "Brand assets",
    permissions: { "assets:read": "See and fetch assets", "assets:write": "Add and replace assets" },
  },
  {
    name: "payments",
    title: "Payments",
    permissions: { "payments:read": "See payments", "payments:hold": "Hold a payment back" },
  },
  {
    name: "orders",
    title: "Orders",
    permissions: {
      "orders:read": "See orders",
      "orders:write": "Change orders",
      "orders:refund": "Refund an order",
      "orders:cancel": "Cancel an order",
    },
  },
  { name: "documents", title: "Documents", permissions: { "documents:read": "Read documents" } },
];

export const SAMPLE_GROUPS: readonly SampleGroup[] = [
  {
    name: "Engineering",
    description: "Builds and runs the products",
    permissions: [
      "deploy:read",
      "deploy:staging",
      "deploy:prod",
      "secrets:read",
      "documents:read",
      "reports:read",
    ],
  },
  {
    name: "Finance",
    description: "Invoices, books, payments",
    permissions: [
      "invoices:read",
      "invoices:write",
      "invoices:send",
      "ledger:read",
      "ledger:write",
      "payments:read",
      "reports:read",
      "reports:export",
    ],
  },
  {
    name: "Support",
    description: "Helps customers",
    permissions: ["tickets:read", "tickets:write", "customers:read", "orders:read"],
  },
  {
    name: "Operations",
    description: "Gets orders to their doors",
    permissions: ["orders:read", "orders:write", "orders:refund", "orders:cancel", "reports:read"],
  },
  { name: "Design", description: "Brand and products", permissions: ["assets:read", "assets:write"] },
  {
    name: "Sales",
    description: "Wins and keeps customers",
    permissions: [
      "customers:read",
      "tickets:read",
      "invoices:read",
      "orders:read",
      "assets:read",
      "reports:read",
    ],
  },
  {
    name: "Security",
    description: "Watches over all of it",
    permissions: ["deploy:read", "reports:read", "reports:export", "tickets:read"],
  },
  {
    name: "People",
    description: "Hiring, pay and care",
    permissions: ["documents:read", "reports:read", "assets:read"],
  },
  {
    name: "Closers",
    description: "May close a financial period",
    permissions: ["ledger:read", "ledger:write", "ledger:close", "invoices:read"],
  },
  {
    name: "Services",
    description: "Services that act for themselves",
    permissions: [
      "ledger:read",
      "ledger:write",
      "invoices:read",
      "devices:notify",
      "payments:read",
      "payments:hold",
      "documents:read",
      "reports:read",
      "reports:write",
    ],
  },
];

/** The RFC 8707 resource indicator of an audience. */
export function sampleResourceUri(audience: string): string {
  return `https://${audience}.${SAMPLE_DOMAIN}/`;
}
