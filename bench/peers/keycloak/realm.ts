import { basic, type Credentials } from "#bench/authority/credentials.ts";
import { personOf, REDIRECT_URI } from "#bench/authority/people.ts";
import { DAY_SECONDS, SCOPE, VERIFIER } from "#bench/authority/seed-registry.ts";

export const REALM = "bench";
/** A service account that exists until the realm is there. */
export const BOOTSTRAP_CLIENT = "bench-bootstrap";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const AUDIENCE_MAPPER = {
  name: "audience",
  protocol: "openid-connect",
  protocolMapper: "oidc-audience-mapper",
  config: { "included.client.audience": VERIFIER, "access.token.claim": "true" },
};

function usersOf(people: number, password: string) {
  return Array.from({ length: people }, (_, index) => ({
    username: personOf(index),
    email: personOf(index),
    emailVerified: true,
    firstName: "Person",
    lastName: String(index),
    enabled: true,
    credentials: [{ type: "password", value: password }],
  }));
}

function realmOf(credentials: Credentials, people: number) {
  const { clientId, clientSecret, webClientId, webClientSecret, password, verifierSecret } = credentials;
  const confidential = { enabled: true, protocol: "openid-connect", standardFlowEnabled: false };
  return {
    realm: REALM,
    enabled: true,
    defaultSignatureAlgorithm: "ES256",
    accessTokenLifespan: DAY_SECONDS,
    ssoSessionIdleTimeout: 2 * DAY_SECONDS,
    ssoSessionMaxLifespan: 2 * DAY_SECONDS,
    accessCodeLifespan: 600,
    // each refresh token good once, as the others do it
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    users: usersOf(people, password),
    components: {
      "org.keycloak.keys.KeyProvider": [
        {
          name: "signatures",
          providerId: "ecdsa-generated",
          config: { ecdsaEllipticCurveKey: ["P-256"], priority: ["200"] },
        },
        { name: "own", providerId: "hmac-generated", config: { algorithm: ["HS512"], priority: ["100"] } },
      ],
    },
    clients: [
      { ...confidential, clientId: VERIFIER, secret: verifierSecret },
      {
        ...confidential,
        clientId,
        secret: clientSecret,
        serviceAccountsEnabled: true,
        fullScopeAllowed: false,
        // no claims about a person, whom a service has not
        defaultClientScopes: ["basic"],
        protocolMappers: [AUDIENCE_MAPPER],
      },
      {
        ...confidential,
        clientId: webClientId,
        secret: webClientSecret,
        standardFlowEnabled: true,
        redirectUris: [REDIRECT_URI],
        attributes: { "pkce.code.challenge.method": "S256" },
        fullScopeAllowed: false,
        defaultClientScopes: ["basic"],
        protocolMappers: [AUDIENCE_MAPPER],
      },
    ],
  };
}

async function post(url: string, authorization: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`Keycloak answers ${response.status} to ${url}: ${await response.text()}`);
}

async function find<T>(url: string, authorization: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization } });
  if (!response.ok)
    throw new Error(`Keycloak answers ${response.status} to ${url}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function signIn(origin: string, secret: string): Promise<string> {
  const response = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    headers: { ...FORM, authorization: basic(BOOTSTRAP_CLIENT, secret) },
    body: "grant_type=client_credentials",
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  if (access_token === undefined) throw new Error("Keycloak does not let the bootstrap client in");
  return `Bearer ${access_token}`;
}

/** One realm that signs with ES256: clients that get tokens, with the scope that all sides give, one that introspects them, and people. */
export async function createRealm(
  origin: string,
  secret: string,
  credentials: Credentials,
  people: number,
): Promise<void> {
  const admin = await signIn(origin, secret);
  await post(`${origin}/admin/realms`, admin, realmOf(credentials, people));
  const realm = `${origin}/admin/realms/${REALM}`;
  await post(`${realm}/client-scopes`, admin, {
    name: SCOPE,
    protocol: "openid-connect",
    attributes: { "include.in.token.scope": "true" },
  });
  const scopes = await find<{ id: string; name: string }[]>(`${realm}/client-scopes`, admin);
  const scope = scopes.find(({ name }) => name === SCOPE);
  for (const clientId of [credentials.clientId, credentials.webClientId]) {
    const [client] = await find<{ id: string }[]>(`${realm}/clients?clientId=${clientId}`, admin);
    if (scope === undefined || client === undefined) throw new Error("Keycloak's realm is not complete");
    const response = await fetch(`${realm}/clients/${client.id}/optional-client-scopes/${scope.id}`, {
      method: "PUT",
      headers: { authorization: admin },
    });
    if (!response.ok) throw new Error(`Keycloak does not give its client the scope: ${response.status}`);
  }
}
