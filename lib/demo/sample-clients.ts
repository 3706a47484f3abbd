import type { ClientKind } from "../clients/model.ts";
import type { TokenFormat } from "../tokens/model.ts";
import type { CheckWay, VerifierMode } from "../verifiers/model.ts";
import { SAMPLE_DOMAIN } from "./sample-directory.ts";

export type SampleClient = {
  clientId: string;
  name: string;
  description: string;
  kind: ClientKind;
  tokenFormat: TokenFormat;
  /** Null takes the organisation's. */
  accessTokenTtlSeconds: number | null;
  requireConsent: boolean;
  customClaims: Record<string, unknown>;
  audiences: string[];
  permissions: string[];
  /** Of the client's own tokens; services only. */
  groups: string[];
};

export type SampleVerifier = {
  name: string;
  description: string;
  mode: VerifierMode;
  maxStalenessSeconds: number;
  checkWay: CheckWay;
  audiences: string[];
};

type Shared = Pick<
  SampleClient,
  "tokenFormat" | "accessTokenTtlSeconds" | "requireConsent" | "customClaims" | "groups"
>;
const SHARED: Shared = {
  tokenFormat: "jwt",
  accessTokenTtlSeconds: null,
  requireConsent: false,
  customClaims: {},
  groups: [],
};
const SERVICE: Shared & Pick<SampleClient, "kind"> = { ...SHARED, kind: "service", groups: ["Services"] };

export const SAMPLE_CLIENTS: readonly SampleClient[] = [
  {
    ...SHARED,
    clientId: "billing-web",
    name: "Billing",
    description: "Where Finance writes invoices",
    kind: "web",
    customClaims: { tenant: "northwind-eu", cost_centre: 4100 },
    audiences: ["billing", "ledger"],
    permissions: ["invoices:read", "invoices:write", "invoices:send", "ledger:read", "ledger:close"],
  },
  {
    ...SERVICE,
    clientId: "reconciler",
    name: "Reconciler",
    description: "Matches bank statements with postings",
    audiences: ["ledger"],
    permissions: ["ledger:read", "ledger:write"],
  },
  {
    ...SHARED,
    clientId: "reports-spa",
    name: "Reports",
    description: "Reports in the browser",
    kind: "spa",
    accessTokenTtlSeconds: 900,
    audiences: ["reports"],
    permissions: ["reports:read", "reports:export"],
  },
  {
    ...SERVICE,
    clientId: "push-gateway",
    name: "Push gateway",
    description: "Sends messages to phones",
    tokenFormat: "opaque",
    audiences: ["push"],
    permissions: ["devices:notify"],
  },
  {
    ...SHARED,
    clientId: "helpdesk-web",
    name: "Helpdesk",
    description: "Tickets and customers; its tokens last a working day",
    kind: "web",
    accessTokenTtlSeconds: 28_800,
    audiences: ["helpdesk"],
    permissions: ["tickets:read", "tickets:write", "customers:read"],
  },
  {
    ...SHARED,
    clientId: "deploy-cli",
    name: "Deploy",
    description: "The engineers' command line",
    kind: "native",
    tokenFormat: "opaque",
    accessTokenTtlSeconds: 300,
    requireConsent: true,
    audiences: ["deploy"],
    permissions: ["deploy:read", "deploy:staging", "deploy:prod", "secrets:read"],
  },
  {
    ...SERVICE,
    clientId: "ledger-sync",
    name: "Ledger sync",
    description: "Posts invoices to the ledger",
    accessTokenTtlSeconds: 300,
    audiences: ["ledger", "billing"],
    permissions: ["ledger:read", "ledger:write", "invoices:read"],
  },
  {
    ...SHARED,
    clientId: "assets-web",
    name: "Brand assets",
    description: "Logos, pictures and fonts",
    kind: "web",
    tokenFormat: "opaque",
    accessTokenTtlSeconds: 1800,
    requireConsent: true,
    audiences: ["assets"],
    permissions: ["assets:read", "assets:write"],
  },
  {
    ...SERVICE,
    clientId: "fraud-scorer",
    name: "Fraud scorer",
    description: "Scores each payment and holds the odd ones back",
    customClaims: { risk_model: "2026-10", region: "eu-west" },
    audiences: ["payments"],
    permissions: ["payments:read", "payments:hold"],
  },
  {
    ...SHARED,
    clientId: "ops-console",
    name: "Operations console",
    description: "Orders, refunds, cancellations",
    kind: "web",
    accessTokenTtlSeconds: 1200,
    customClaims: { tenant: "northwind-eu" },
    audiences: ["orders"],
    permissions: ["orders:read", "orders:write", "orders:refund", "orders:cancel"],
  },
  {
    ...SERVICE,
    clientId: "search-indexer",
    name: "Search indexer",
    description: "Reads documents to make them findable",
    tokenFormat: "opaque",
    audiences: ["documents"],
    permissions: ["documents:read"],
  },
  {
    ...SERVICE,
    clientId: "reports-batch",
    name: "Reports batch",
    description: "Computes the night's reports",
    accessTokenTtlSeconds: 3600,
    customClaims: { queue: "nightly" },
    audiences: ["reports"],
    permissions: ["reports:read", "reports:write"],
  },
];

export const SAMPLE_VERIFIERS: readonly SampleVerifier[] = [
  {
    name: "billing-api",
    description: "Billing, ledger and payments, by introspection",
    mode: "strict",
    maxStalenessSeconds: 60,
    checkWay: "introspection",
    audiences: ["billing", "ledger", "payments"],
  },
  {
    name: "reports-api",
    description: "Reports and documents, by the npm package on the feed",
    mode: "strict",
    maxStalenessSeconds: 60,
    checkWay: "feed",
    audiences: ["reports", "documents"],
  },
  {
    name: "edge-gateway",
    description: "In front of everything else, by forward authentication",
    mode: "strict",
    maxStalenessSeconds: 60,
    checkWay: "forward_auth",
    audiences: ["push", "helpdesk", "deploy", "assets", "orders"],
  },
];

/** Where a client's users come back to; services have no users, those of devices sign in elsewhere. */
export function sampleRedirectUris({ clientId, kind }: Pick<SampleClient, "clientId" | "kind">): string[] {
  switch (kind) {
    case "web":
    case "spa":
      return [`https://${clientId}.${SAMPLE_DOMAIN}/callback`];
    case "native":
      return ["http://127.0.0.1/callback"];
    case "device":
    case "service":
      return [];
    default:
      return kind satisfies never;
  }
}
