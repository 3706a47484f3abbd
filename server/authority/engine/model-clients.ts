import { hash, randomBytes } from "node:crypto";
import Provider, { type ClientMetadata, type JWKS } from "oidc-provider";
import type { PublicJwk } from "#lib/client-keys/model.ts";
import type { KeyAlgorithm } from "#lib/keys/model.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import { findClientSecret } from "../callers.ts";
import type { EngineDeps } from "./deps.ts";

/** The engine wants a secret where there is one, but never compares it: ours are hashes. */
const PLACEHOLDER_SECRET = randomBytes(32).toString("base64url");

function authenticationOf(client: RegistryClient): Omit<ClientMetadata, "client_id"> {
  switch (client.authMethod) {
    case "client_secret":
      return { token_endpoint_auth_method: "client_secret_basic", client_secret: PLACEHOLDER_SECRET };
    case "private_key_jwt":
      return {
        token_endpoint_auth_method: "private_key_jwt",
        ...(client.jwksUri === null ? { jwks: client.jwks as JWKS } : { jwks_uri: client.jwksUri }),
      };
    case "none":
      return { token_endpoint_auth_method: "none" };
  }
}

function metadataOf(client: RegistryClient, idTokenAlgorithm: KeyAlgorithm): ClientMetadata {
  const hasCode = client.grantTypes.includes("authorization_code");
  return {
    client_id: client.clientId,
    client_name: client.name,
    // whoever says that it is this one may be another: its people are asked each time (RFC 8252 section 8.6)
    application_type: client.kind === "native" || client.kind === "device" ? "native" : "web",
    grant_types: client.grantTypes,
    response_types: hasCode ? ["code"] : [],
    redirect_uris: hasCode ? client.redirectUris : [],
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...authenticationOf(client),
    dpop_bound_access_tokens: client.requireDpop,
    require_pushed_authorization_requests: client.requirePar,
    id_token_signed_response_alg: idTokenAlgorithm,
  };
}

/** Whether `secret` is one of a client's that works now; its use is noted. */
export function takeClientSecret(
  deps: Pick<EngineDeps, "showedSecret">,
  client: RegistryClient,
  secret: string,
): boolean {
  const now = new Date();
  const secretId = findClientSecret(client, hash("sha256", secret, "buffer"), now.getTime());
  if (secretId !== null) deps.showedSecret(secretId, now);
  return secretId !== null;
}

/** The registered client behind a `client_id`. */
export function registryClient(deps: EngineDeps, clientId: string | undefined): RegistryClient {
  const client = clientId === undefined ? undefined : deps.registry().clientsByClientId.get(clientId);
  if (client === undefined) throw new Error("the engine speaks of a client that is not registered");
  return client;
}

type KeyedClient = {
  asymmetricKeyStore: {
    selectForVerify(options: object): PublicJwk[];
    add(key: object): void;
    clear(): void;
    fresh(): boolean;
    refresh(): Promise<void>;
  };
};

/** Lets the engine check a client's assertions by the keys that we fetch for it, as bounded as all that leaves this process. */
function followKeys(
  { asymmetricKeyStore: store }: KeyedClient,
  client: RegistryClient,
  { clientKeys }: EngineDeps,
) {
  const select = store.selectForVerify.bind(store);
  Object.assign(store, {
    selectForVerify(options: object) {
      store.clear();
      for (const key of clientKeys.usable(client)) store.add(key);
      return select(options);
    },
    fresh: () => !clientKeys.mayLook(client),
    refresh: () => clientKeys.look(client),
  });
}

/**
 * Lets the engine take clients from the registry's snapshot. A disabled client is nobody, but at the token endpoint it is told apart after
 * it has authenticated, so that what it presents goes on record.
 */
export function shapeClients(provider: Provider, deps: EngineDeps, idTokenAlgorithm: KeyAlgorithm): void {
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
      engineClient = new Client(metadataOf(client, idTokenAlgorithm));
      if (client.jwksUri !== null) followKeys(engineClient as KeyedClient, client, deps);
      made.set(client, engineClient);
    }
    return engineClient;
  };
  Object.defineProperty(Client.prototype, "compareClientSecret", {
    value(this: { clientId: string }, secret: string) {
      return takeClientSecret(deps, registryClient(deps, this.clientId), secret);
    },
  });
}
