import type Provider from "oidc-provider";
import { recordEntry } from "#lib/audit/record-entry.ts";
import type { SqlContext } from "#lib/context.ts";
import { findAccount, type TokenAccount } from "#lib/protocol/find-account.ts";
import type { RegistryClient, RegistryOrganisation } from "#lib/registry/snapshot.ts";
import type { ConsentAudience } from "#server/authority/pages/consent.ts";
import { coveredIndicators } from "./resources.ts";

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

/** What a person is asked to consent to: only what they hold is shown and given, the rest is settled as not given. */
export type ConsentRequest = {
  person: TokenAccount;
  oidcScopes: string[];
  /** By resource indicator. */
  resources: { indicator: string; held: string[]; lacking: string[] }[];
};

const ABOUT: Record<string, string | null> = {
  openid: "Know that it is you who signed in",
  profile: "Read your name",
  email: "Read your e-mail address",
  groups: "Read the groups that you are in",
  // said for every application that gets refresh tokens, whether it asks for this or not: `staysConnected`
  offline_access: null,
};

/** Null where the session's person is gone. */
export async function readConsentRequest(
  ctx: SqlContext,
  interaction: Interaction,
): Promise<ConsentRequest | null> {
  const person = await findAccount(ctx.db, interaction.session?.accountId ?? "");
  if (person === null) return null;
  const { missingOIDCScope = [], missingResourceScopes = {} } = interaction.prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  const resources = Object.entries(missingResourceScopes).map(([indicator, scopes]) => ({
    indicator,
    held: scopes.filter((scope) => person.permissions.has(scope)),
    lacking: scopes.filter((scope) => !person.permissions.has(scope)),
  }));
  return { person, oidcScopes: missingOIDCScope, resources };
}

export function aboutLines(request: ConsentRequest): string[] {
  return request.oidcScopes.flatMap((scope) => ABOUT[scope] ?? (scope in ABOUT ? [] : [scope]));
}

const DURATION = new Intl.DurationFormat("en", { style: "long" });

/**
 * How long the application can go on getting access tokens without the person, in words; null for one that gets no refresh tokens.
 *
 * @see OpenID Connect Core 1.0, section 11: refresh tokens may be given without `offline_access`; the person is told all the same.
 */
export function staysConnected(
  client: Pick<RegistryClient, "grantTypes">,
  organisation: Pick<RegistryOrganisation, "refreshTokenAbsoluteSeconds">,
): string | null {
  if (!client.grantTypes.includes("refresh_token")) return null;
  const minutes = Math.ceil(organisation.refreshTokenAbsoluteSeconds / 60);
  return DURATION.format({
    days: Math.floor(minutes / 1_440),
    hours: Math.floor((minutes % 1_440) / 60),
    minutes: minutes % 60,
  });
}

/** The permissions in people's words, by the application that they open. */
export async function listConsentAudiences(
  ctx: SqlContext,
  request: ConsentRequest,
): Promise<ConsentAudience[]> {
  const names = [...new Set(request.resources.flatMap((resource) => resource.held))];
  if (names.length === 0) return [];
  const rows = await ctx.db.query<{ name: string; description: string; title: string }>(
    `SELECT p.name, p.description, a.title FROM permission p JOIN audience a ON a.id = p.audience_id
     WHERE p.name = ANY($1::text[]) ORDER BY a.title, p.name`,
    [names],
  );
  const byTitle = Map.groupBy(rows, (row) => row.title);
  return [...byTitle].map(([title, permissions]) => ({ title, permissions }));
}

/**
 * Writes a person's consent and puts it on record as `grant.consented`.
 *
 * @returns the grant's id, for the engine.
 */
export async function grantConsent(
  ctx: SqlContext,
  provider: Provider,
  client: RegistryClient,
  interaction: Interaction,
  request: ConsentRequest,
): Promise<string> {
  const known =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant = known ?? new provider.Grant({ accountId: request.person.id, clientId: client.clientId });
  if (request.oidcScopes.length > 0) grant.addOIDCScope(request.oidcScopes.join(" "));
  for (const { indicator, held, lacking } of request.resources) {
    if (held.length > 0)
      for (const covered of coveredIndicators(client, indicator))
        grant.addResourceScope(covered, held.join(" "));
    if (lacking.length > 0) grant.rejectResourceScope(indicator, lacking.join(" "));
  }
  const id = await grant.save();
  await ctx.db.transaction((tx) =>
    recordEntry(tx, ctx, {
      act: "grant.consented",
      target: { kind: "client", id: client.id, name: client.name },
      after: {
        scopes: request.oidcScopes,
        permissions: request.resources.flatMap((resource) => resource.held),
      },
    }),
  );
  return id;
}
