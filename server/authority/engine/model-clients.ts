import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import Provider, { type ClientMetadata } from "oidc-provider";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { EngineDeps } from "./deps.ts";

/** Grants that the engine knows; whatever else a client is registered with waits for its feature. */
export const GRANT_TYPES = ["authorization_code", "refresh_token", "client_credentials"];

/** The engine wants a secret where there is one, but never compares it: ours are hashes. */
const PLACEHOLDER_SECRET = randomBytes(32).toString("base64url");

function metadataOf(client: RegistryClient): ClientMetadata {
  const hasCode = client.grantTypes.includes("authorization_code");
  return {
    client_id: client.clientId,
    client_name: client.name,
    application_type: client.kind === "native" ? "native" : "web",
    grant_types: client.grantTypes.filter((grant) => GRANT_TYPES.includes(grant)),
    response_types: hasCode ? ["code"] : [],
    redirect_uris: hasCode ? client.redirectUris : [],
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    token_endpoint_auth_method: client.isConfidential ? "client_secret_basic" : "none",
    ...(client.isConfidential ? { client_secret: PLACEHOLDER_SECRET } : {}),
    id_token_signed_response_alg: "ES256",
  };
}

/** Whether `secret` is one of a client's: SHA-256 in constant time, over all of them, expired ones never. */
export function isClientSecret(client: RegistryClient, secret: string, nowMs: number): boolean {
  const digest = hash("sha256", secret, "buffer");
  let isMatch = false;
  for (const { hash, expiresAtMs } of client.secrets) {
    const isLive = expiresAtMs === null || expiresAtMs > nowMs;
    if (hash.length === digest.length && timingSafeEqual(hash, digest) && isLive) isMatch = true;
  }
  return isMatch;
}

/** The registered client behind a `client_id`. */
export function registryClient(deps: EngineDeps, clientId: string | undefined): RegistryClient {
  const client = clientId === undefined ? undefined : deps.registry().clientsByClientId.get(clientId);
  if (client === undefined) throw new Error("the engine speaks of a client that is not registered");
  return client;
}

/**
 * Lets the engine take clients from the registry's snapshot. A disabled client is nobody, but at the token endpoint it is told apart after
 * it has authenticated, so that what it presents goes on record.
 */
export function shapeClients(provider: Provider, deps: EngineDeps): void {
  const Client = provider.Client as unknown as {
    new (metadata: ClientMetadata): object;
    find(id: unknown): Promise<object | undefined>;
    prototype: object;
  };
  const made = new WeakMap<RegistryClient, object>();
  Client.find = async (id) => {
    const client = typeof id === "string" ? deps.registry().clientsByClientId.get(id) : undefined;
    if (client === undefined || (client.isDisabled && Provider.ctx?.oidc.route !== "token")) return undefined;
    let engineClient = made.get(client);
    if (engineClient === undefined) {
      engineClient = new Client(metadataOf(client));
      made.set(client, engineClient);
    }
    return engineClient;
  };
  Object.defineProperty(Client.prototype, "compareClientSecret", {
    value(this: { clientId: string }, secret: string) {
      return isClientSecret(registryClient(deps, this.clientId), secret, Date.now());
    },
  });
}
