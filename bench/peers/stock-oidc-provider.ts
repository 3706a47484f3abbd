// The peer: oidc-provider as it comes, with the plainest PostgreSQL adapter. Its development login is off, everything else is its default.
// Opaque tokens are kept in the database, JWTs (asked for by resource) are signed with ES256 and kept nowhere. Whoever comes is signed in as who they say they are.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider, { type Configuration, type JWK } from "oidc-provider";
import pg from "pg";
import { adapterOn, createTable } from "./postgres-adapter.ts";

const JWT_RESOURCE = "https://api.example.com";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid: "stock", alg: "ES256", use: "sig" } as JWK;
}

const INTERACTION = /^\/interaction\//;
const port = Number(setting("PEER_PORT"));
const ttlSeconds = 86_400;
const pool = new pg.Pool({ connectionString: setting("DATABASE_URL"), max: 16 });
await createTable(pool);

const configuration: Configuration = {
  adapter: adapterOn(pool),
  jwks: { keys: [newKey()] },
  clients: [
    {
      client_id: setting("PEER_CLIENT_ID"),
      client_secret: setting("PEER_CLIENT_SECRET"),
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: "ES256",
    },
    {
      client_id: setting("PEER_WEB_CLIENT_ID"),
      client_secret: setting("PEER_WEB_CLIENT_SECRET"),
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: [setting("PEER_REDIRECT_URI")],
      response_types: ["code"],
      id_token_signed_response_alg: "ES256",
    },
  ],
  scopes: ["openid", "orders:read"],
  cookies: { keys: [randomBytes(32).toString("base64url")] },
  ttl: {
    ClientCredentials: ttlSeconds,
    AuthorizationCode: 600,
    RefreshToken: ttlSeconds,
    Session: ttlSeconds,
    Grant: ttlSeconds,
    IdToken: 3_600,
    Interaction: 600,
  },
  findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  // refresh tokens for whoever may have them, each good once: as the others do it
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: true,
  // nobody is asked for consent, which is remembered with the session
  async loadExistingGrant({ oidc }) {
    const [clientId, accountId] = [oidc.client?.clientId ?? "", oidc.session?.accountId];
    const known = oidc.session?.grantIdFor(clientId);
    if (known !== undefined) return oidc.provider.Grant.find(known);
    const grant = new oidc.provider.Grant({ clientId, accountId });
    grant.addOIDCScope("openid orders:read");
    grant.addResourceScope(JWT_RESOURCE, "orders:read");
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: "orders:read",
        audience: JWT_RESOURCE,
        accessTokenTTL: ttlSeconds,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
};

const provider = new Provider(`http://127.0.0.1:${port}`, configuration);
provider.on("server_error", (_ctx, error) => console.error(error));
provider.use(async (ctx, next) => {
  if (!INTERACTION.test(ctx.path)) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: String(params.login_hint) } });
});
const server = provider.listen(port, "127.0.0.1", () => console.log("ready"));
server.keepAliveTimeout = 65_000;

async function stop(): Promise<never> {
  server.close();
  server.closeAllConnections();
  await pool.end();
  process.exit(0);
}
process.once("SIGTERM", stop);
process.once("disconnect", stop);
