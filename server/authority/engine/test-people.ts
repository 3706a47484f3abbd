import { createHash, randomBytes } from "node:crypto";
import { hash } from "@node-rs/argon2";
import * as oidc from "openid-client";
import { grantTypesOf, hasRedirects } from "#lib/clients/model.ts";
import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";
import type { TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";

export const PASSWORD = "correct horse battery";
export const REDIRECT_URI = "https://app.example.com/callback";
export const ANA = "ana@example.com";
export const BEN = "ben@example.com";

const id = () => uuidv7(new Date());

type ClientOptions = {
  clientId: string;
  kind: "web" | "spa" | "native" | "device";
  tokenFormat: "jwt" | "opaque";
  requireConsent: boolean;
  permissions?: readonly string[];
  redirectUris?: readonly string[];
};

export type PeopleClient = { id: string; clientId: string; secret: string | null };

/** Ana may read invoices and the ledger, Ben invoices alone; the seeded registry's audiences and permissions. */
export async function seedPeople(db: Database) {
  const now = new Date();
  const passwordHash = await hash(PASSWORD);
  const permissions = new Map((await db.prisma.permission.findMany()).map((one) => [one.name, one]));
  const finance = id();
  const sales = id();
  const users = { ana: id(), ben: id() };
  for (const [groupId, name, granted] of [
    [finance, "Finance", ["invoices:read", "ledger:read"]],
    [sales, "Sales", ["invoices:read"]],
  ] as const) {
    await db.prisma.group.create({
      data: {
        id: groupId,
        name,
        createdAt: now,
        permissions: { create: granted.map((one) => ({ permissionId: permissions.get(one)?.id ?? "" })) },
      },
    });
  }
  for (const [userId, email, name, groups] of [
    [users.ana, ANA, "Ana Lima", [finance, sales]],
    [users.ben, BEN, "Ben Roth", [sales]],
  ] as const) {
    await db.prisma.user.create({
      data: {
        id: userId,
        email,
        name,
        passwordHash,
        createdAt: now,
        updatedAt: now,
        groups: { create: groups.map((groupId) => ({ groupId })) },
      },
    });
  }

  async function addClient(options: ClientOptions): Promise<PeopleClient> {
    const secret = options.kind === "web" ? `twc_${randomBytes(32).toString("base64url")}` : null;
    const clientUuid = id();
    const names = options.permissions ?? ["invoices:read", "invoices:write", "ledger:read"];
    const chosen = names.map((name) => permissions.get(name)).filter((one) => one !== undefined);
    await db.prisma.client.create({
      data: {
        id: clientUuid,
        clientId: options.clientId,
        name: `The ${options.clientId}`,
        kind: options.kind,
        tokenFormat: options.tokenFormat,
        grantTypes: grantTypesOf(options.kind),
        redirectUris: hasRedirects(options.kind) ? [...(options.redirectUris ?? [REDIRECT_URI])] : [],
        postLogoutRedirectUris: hasRedirects(options.kind) ? ["https://app.example.com/bye"] : [],
        requireConsent: options.requireConsent,
        createdAt: now,
        updatedAt: now,
        ...(secret === null
          ? {}
          : {
              secrets: {
                create: [
                  {
                    id: id(),
                    secretHash: createHash("sha256").update(secret).digest(),
                    hint: secret.slice(-4),
                    createdAt: now,
                  },
                ],
              },
            }),
        audiences: {
          create: [...new Set(chosen.map((one) => one.audienceId))].map((audienceId) => ({ audienceId })),
        },
        permissions: { create: chosen.map((one) => ({ permissionId: one.id })) },
      },
    });
    return { id: clientUuid, clientId: options.clientId, secret };
  }

  return {
    users,
    groups: { finance, sales },
    web: await addClient({ clientId: "web", kind: "web", tokenFormat: "jwt", requireConsent: true }),
    spa: await addClient({ clientId: "spa", kind: "spa", tokenFormat: "opaque", requireConsent: false }),
    addClient,
  };
}

export type People = Awaited<ReturnType<typeof seedPeople>>;

/** As if nobody had allowed anything in another browser; sessions remember what was allowed in them. */
export async function forgetGrants(db: Database): Promise<void> {
  await db.query("DELETE FROM user_grant");
}

/** A third party's client library, set up from our metadata. */
export function discover(
  instance: Pick<TestInstance, "issuer">,
  client: PeopleClient,
): Promise<oidc.Configuration> {
  return oidc.discovery(
    new URL(instance.issuer),
    client.clientId,
    undefined,
    client.secret === null ? oidc.None() : oidc.ClientSecretBasic(client.secret),
    { execute: [oidc.allowInsecureRequests] },
  );
}

export type Started = { url: URL; verifier: string; state: string };

export async function startAuthorization(
  config: oidc.Configuration,
  parameters: Record<string, string> = {},
): Promise<Started> {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: "openid profile email groups invoices:read ledger:read",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    ...parameters,
  });
  return { url, verifier, state };
}

/** Signs in and allows what is asked, through the pages; the address that the browser is sent back to. */
export async function throughPages(
  browser: TestBrowser,
  start: URL,
  email: string = ANA,
  password: string = PASSWORD,
): Promise<URL> {
  let step = await browser.open(start);
  for (let pages = 0; pages < 4 && step.url.origin === start.origin; pages += 1) {
    const html = await step.response.text();
    if (step.response.status !== 200) throw new Error(`${step.response.status} ${html}`);
    step = html.includes('name="password"')
      ? await browser.submit(step.url, { email, password, decision: "sign_in" })
      : await browser.submit(step.url, { decision: "allow" });
  }
  return step.url;
}

/** One whole login: the tokens of the code exchange. */
export async function logIn(
  config: oidc.Configuration,
  options: { email?: string; parameters?: Record<string, string>; browser?: TestBrowser } = {},
) {
  const browser = options.browser ?? new TestBrowser();
  const { url, verifier, state } = await startAuthorization(config, options.parameters);
  const callback = await throughPages(browser, url, options.email);
  const tokens = await oidc.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  return { tokens, browser, callback, verifier, state };
}
