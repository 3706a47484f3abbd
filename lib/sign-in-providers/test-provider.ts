import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import {
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";
// biome-ignore lint/style/noRestrictedImports: the other side of a sign-in, in tests alone: a real provider, of another company
import Provider from "oidc-provider";
import { freePort } from "../test-port.ts";

/** One of the provider's people, as it says who they are. */
export type TestAccount = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
};

/** How the provider lies: each takes what it would have said, and says something else. */
export type Tampering = {
  idToken?: (token: TamperedToken) => Promise<string | undefined> | string | undefined;
  userinfo?: (body: Record<string, unknown>) => Record<string, unknown>;
  jwks?: (keys: JWK[]) => JWK[];
  metadata?: (metadata: Record<string, unknown>) => Record<string, unknown>;
  /** What it sends the browser back with. */
  answer?: (query: URLSearchParams) => void;
};
export type TamperedToken = {
  claims: JWTPayload;
  kid: string;
  publicJwk: JWK;
  clientSecret: string;
  sign: (
    claims: JWTPayload,
    header?: { alg?: string; kid?: string },
    key?: CryptoKey | Uint8Array,
  ) => Promise<string>;
};

export type TestProvider = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in at the next question, how, and how many seconds before it. */
  person: TestAccount;
  how: { acr?: string; amr?: string[]; secondsAgo: number };
  tampering: Tampering;
  /** Requests by path. */
  asked: Map<string, number>;
  /** What the last authorization request asked for. */
  question: URLSearchParams;
  stop(): Promise<void>;
};

export type TestProviderOptions = {
  /** Where people are sent back to: addresses that begin so. */
  redirectsTo: string;
  port?: number;
  /** Whether names and groups stand in the ID token, or at the userinfo endpoint alone. */
  isBrief?: boolean;
};

const SCOPES = ["openid", "email", "profile", "groups"];

/** An OpenID Connect provider of another company: oidc-provider on a port of loopback, whose people sign in without being asked. */
export async function startTestProvider({
  redirectsTo,
  port: given,
  isBrief = false,
}: TestProviderOptions): Promise<TestProvider> {
  const port = given ?? (await freePort());
  const issuer = `http://localhost:${port}`;
  const [clientId, clientSecret] = ["tokenwarden", randomBytes(24).toString("base64url")];
  const pair = await generateKeyPair("ES256", { extractable: true });
  const signing = { ...(await exportJWK(pair.privateKey)), kid: "one", alg: "ES256", use: "sig" };
  const state: TestProvider = {
    issuer,
    clientId,
    clientSecret,
    person: { sub: "nobody" },
    how: { secondsAgo: 0 },
    tampering: {},
    asked: new Map(),
    question: new URLSearchParams(),
    stop: async () => {},
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectsTo],
        id_token_signed_response_alg: "ES256",
        scope: SCOPES.join(" "),
      },
    ],
    jwks: { keys: [signing as never] },
    scopes: SCOPES,
    claims: {
      openid: ["sub", "acr", "amr", "auth_time"],
      email: ["email", "email_verified"],
      profile: ["name"],
      groups: ["groups"],
    } as never,
    conformIdTokenClaims: isBrief,
    features: { devInteractions: { enabled: false }, userinfo: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ttl: {
      Interaction: 600,
      Session: 3600,
      Grant: 3600,
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
    },
    acrValues: ["urn:test:one", "urn:test:two"],
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: async () => ({ ...state.person, sub: accountId }),
    }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? "",
        accountId: ctx.oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope(SCOPES.join(" "));
      await grant.save();
      return grant;
    },
  });
  provider.Client.prototype.redirectUriAllowed = (uri: string) => uri.startsWith(redirectsTo);
  provider.use(async (ctx, next) => {
    state.asked.set(ctx.path, (state.asked.get(ctx.path) ?? 0) + 1);
    if (ctx.path === "/auth") state.question = new URLSearchParams(ctx.querystring);
    if (ctx.path.startsWith("/interaction/")) {
      ctx.respond = false;
      const { acr, amr, secondsAgo } = state.how;
      const ts = Math.floor(Date.now() / 1000) - secondsAgo;
      const login = { accountId: state.person.sub, ts, ...(acr ? { acr } : {}), ...(amr ? { amr } : {}) };
      await provider.interactionFinished(ctx.req, ctx.res, { login });
      return;
    }
    await next();
    await tamper(ctx as never, state, pair, signing);
  });
  const server = createServer(provider.callback());
  await new Promise<void>((done) => server.listen(port, done));
  state.stop = () =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return state;
}

type Answer = {
  path: string;
  status: number;
  body: unknown;
  response: { get(name: string): string | undefined; redirect(to: string): void };
};

async function tamper(
  ctx: Answer,
  { tampering, issuer, clientSecret }: TestProvider,
  pair: GenerateKeyPairResult,
  signing: JWK & { kid: string },
): Promise<void> {
  const { d: _, ...publicJwk } = signing;
  const body = ctx.body as Record<string, unknown> | undefined;
  if (ctx.path === "/.well-known/openid-configuration" && tampering.metadata && body)
    ctx.body = tampering.metadata(body);
  if (ctx.path === "/jwks" && tampering.jwks) ctx.body = { keys: tampering.jwks([publicJwk]) };
  if (ctx.path === "/me" && tampering.userinfo && body) ctx.body = tampering.userinfo(body);
  if (ctx.path === "/token" && tampering.idToken && typeof body?.id_token === "string") {
    const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const sign: TamperedToken["sign"] = (changed, header = {}, key = pair.privateKey) =>
      new SignJWT(changed).setProtectedHeader({ alg: "ES256", kid: signing.kid, ...header }).sign(key);
    ctx.body = {
      ...body,
      id_token: await tampering.idToken({ claims, kid: signing.kid, publicJwk, clientSecret, sign }),
    };
  }
  const location = ctx.response.get("location");
  if (tampering.answer && location && !location.startsWith(issuer) && URL.canParse(location)) {
    const url = new URL(location);
    tampering.answer(url.searchParams);
    ctx.response.redirect(url.href);
  }
}

/** What a browser does at the provider: follows it, with its cookies, until it leads back. @returns where it leads. */
export async function walkProvider(provider: TestProvider, url: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = url;
  for (let hops = 0; hops < 10; hops += 1) {
    if (!at.startsWith(provider.issuer)) return at;
    const response = await fetch(at, {
      redirect: "manual",
      headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null)
      throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
    at = new URL(location, at).href;
  }
  throw new Error("the provider leads in circles");
}
