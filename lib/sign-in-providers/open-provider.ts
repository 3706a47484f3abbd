import type { Role } from "../authz/roles.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { DiscoveryFault, discover, type ProviderMetadata } from "./discover.ts";
import type { ExchangingProvider } from "./exchange-code.ts";
import { createProviderKeys, type ProviderKeys } from "./key-set.ts";
import type { RoleRule } from "./model.ts";
import { clientSecretLabel } from "./provider-record.ts";
import { ProviderRefused } from "./provider-refused.ts";

/** An enabled provider, ready to be asked. */
export type OpenProvider = ExchangingProvider & {
  id: string;
  name: string;
  issuer: string;
  scopes: string[];
  roleRules: RoleRule[];
  defaultRole: Role | null;
  acrValues: string[];
  requiredAcr: string[];
  requiredAmr: string[];
  maxAgeSeconds: number | null;
};

type Row = Omit<OpenProvider, "clientSecret" | "metadata" | "keys"> & { secretWrapped: Uint8Array };

type Issuer = { metadata: ProviderMetadata; keys: ProviderKeys };

/** What this process has read of issuers; metadata seldom changes, and keys are looked for when a token names a new one. */
export type ProviderCache = Map<string, { read: Promise<Issuer>; until: number }>;

const KEPT_MS = 300_000;
/** Attempts while an issuer is away ask it once in this time. */
const FAULT_KEPT_MS = 3_000;
const CACHE_MAX = 100;

async function readIssuer(outbound: Outbound, issuer: string): Promise<Issuer> {
  const metadata = await discover(outbound, issuer);
  return { metadata, keys: createProviderKeys(outbound, metadata.jwks_uri) };
}

/** Of many who ask at once, one asks the issuer. */
async function findIssuer(outbound: Outbound, cache: ProviderCache, issuer: string): Promise<Issuer> {
  const before = cache.get(issuer);
  if (before !== undefined && before.until > performance.now()) return before.read;
  if (cache.size >= CACHE_MAX) cache.clear();
  const kept = { read: readIssuer(outbound, issuer), until: performance.now() + KEPT_MS };
  cache.set(issuer, kept);
  kept.read.catch(() => {
    kept.until = performance.now() + FAULT_KEPT_MS;
  });
  return kept.read;
}

/**
 * An enabled provider with its secret, metadata and keys. Which provider it is, whether it is enabled and what it asks for is read from the database each time.
 *
 * @returns null for one that is unknown or disabled: they look alike.
 * @throws {ProviderRefused} PROVIDER_AWAY
 */
export async function openProvider(
  db: Sql,
  {
    providerId,
    outbound,
    wrapper,
    cache,
  }: { providerId: string; outbound: Outbound; wrapper: KeyWrapper; cache: ProviderCache },
): Promise<OpenProvider | null> {
  const [row] = isUuid(providerId)
    ? await db.query<Row>(
        `SELECT id, name, issuer, client_id AS "clientId", client_secret_wrapped AS "secretWrapped", scopes, role_claim AS "roleClaim",
           role_rules AS "roleRules", default_role AS "defaultRole", acr_values AS "acrValues", required_acr AS "requiredAcr",
           required_amr AS "requiredAmr", max_age_seconds AS "maxAgeSeconds"
         FROM sign_in_provider WHERE id = $1::uuid AND disabled_at IS NULL`,
        [providerId],
      )
    : [];
  if (row === undefined) return null;
  const { secretWrapped, ...provider } = row;
  const clientSecret = (await wrapper.unwrap(secretWrapped, clientSecretLabel(row.id))).toString("utf8");
  try {
    return { ...provider, clientSecret, ...(await findIssuer(outbound, cache, row.issuer)) };
  } catch (cause) {
    if (!(cause instanceof DiscoveryFault)) throw cause;
    throw new ProviderRefused("PROVIDER_AWAY", `metadata: ${cause.message}`, { cause, isOnRecord: false });
  }
}
