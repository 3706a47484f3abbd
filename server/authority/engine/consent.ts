import type Provider from "oidc-provider";
import { recordEntry } from "#lib/audit/record-entry.ts";
import type { SqlContext } from "#lib/context.ts";
import { findAccount, type TokenAccount } from "#lib/protocol/find-account.ts";
import type { RegistryClient, RegistryOrganisation } from "#lib/registry/snapshot.ts";
import type { ConsentAudience, ConsentLine } from "#server/authority/pages/consent.ts";
import type { EngineDeps } from "./deps.ts";
import { scopeValues } from "./extend-model.ts";
import { giveScopes } from "./give-scopes.ts";
import { keepGrant } from "./keep-grant.ts";
import { isOidcScope } from "./model-refresh-tokens.ts";
import { findResource } from "./resources.ts";

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

/** `isNew`: not given to the application by this person before. */
export type AskedScope = { name: string; isNew: boolean };

/**
 * What a person is asked to consent to: all that the application asks for, what it was given before among it. Only what they hold is shown and
 * given, the rest is settled as not given.
 */
export type ConsentRequest = {
  person: TokenAccount;
  /** Whether the person has given this application something before. */
  isRepeated: boolean;
  oidcScopes: AskedScope[];
  /** By resource indicator. */
  resources: { indicator: string; held: AskedScope[]; lacking: AskedScope[] }[];
};

const ABOUT: Record<string, string | null> = {
  openid: "Know that it is you who signed in",
  profile: "Read your name",
  email: "Read your e-mail address",
  groups: "Read the groups that you are in",
  // said for every application that gets refresh tokens, whether it asks for this or not: `staysConnected`
  offline_access: null,
};

function indicatorsOf({ params }: Interaction): string[] {
  const { resource } = params;
  return (Array.isArray(resource) ? resource : [resource]).filter((one) => typeof one === "string");
}

/** Null where the session's person is gone. */
export async function readConsentRequest(
  ctx: SqlContext,
  provider: Provider,
  client: RegistryClient,
  interaction: Interaction,
): Promise<ConsentRequest | null> {
  const person = await findAccount(ctx.db, interaction.session?.accountId ?? "");
  if (person === null) return null;
  const grant =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const asked = [...new Set(scopeValues(interaction.params.scope as string | undefined))];
  const marked = (names: readonly string[], given: string | undefined): AskedScope[] => {
    const before = new Set(scopeValues(given));
    return names.map((name) => ({ name, isNew: !before.has(name) }));
  };
  const resources = indicatorsOf(interaction).map((indicator) => {
    const open = new Set(findResource(client, indicator)?.permissions);
    const scopes = marked(
      asked.filter((scope) => open.has(scope)),
      grant?.getResourceScope(indicator),
    );
    return {
      indicator,
      held: scopes.filter(({ name }) => person.permissions.has(name)),
      lacking: scopes.filter(({ name }) => !person.permissions.has(name)),
    };
  });
  const oidcScopes = marked(
    asked.filter((scope) => isOidcScope(provider, scope)),
    grant?.getOIDCScope(),
  );
  return { person, isRepeated: client.requireConsent && grant !== undefined, oidcScopes, resources };
}

/** What the application learns about the person, in words. */
export function aboutLines({ oidcScopes, isRepeated }: ConsentRequest): ConsentLine[] {
  return oidcScopes.flatMap(({ name, isNew }) => {
    const text = name in ABOUT ? ABOUT[name] : name;
    return typeof text === "string" ? [{ text, isNew: isRepeated && isNew }] : [];
  });
}

/** Whether the access tokens that this gives name the person's groups: they do wherever they open something and there are groups. */
export function carriesGroups({ person, resources }: ConsentRequest): boolean {
  return person.groups.length > 0 && resources.length > 0;
}

/** Whether the application asks for permissions, and the person holds not one of them. */
export function lacksAll({ resources }: ConsentRequest): boolean {
  return (
    resources.some((resource) => resource.lacking.length > 0) &&
    resources.every((resource) => resource.held.length === 0)
  );
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
  const held = request.resources.flatMap((resource) => resource.held);
  if (held.length === 0) return [];
  const added = new Set(held.filter(({ isNew }) => request.isRepeated && isNew).map(({ name }) => name));
  const rows = await ctx.db.query<{ name: string; description: string; title: string }>(
    `SELECT p.name, p.description, a.title FROM permission p JOIN audience a ON a.id = p.audience_id
     WHERE p.name = ANY($1::text[]) ORDER BY a.title, p.name`,
    [[...new Set(held.map(({ name }) => name))]],
  );
  const byTitle = Map.groupBy(rows, (row) => row.title);
  return [...byTitle].map(([title, permissions]) => ({
    title,
    permissions: permissions.map(({ name, description }) => ({ name, description, isNew: added.has(name) })),
  }));
}

/**
 * Writes a person's consent to all that was shown and puts it on record as `grant.consented`.
 *
 * @returns the grant's id, for the engine.
 */
export async function grantConsent(
  ctx: SqlContext,
  deps: EngineDeps,
  provider: Provider,
  client: RegistryClient,
  interaction: Interaction,
  request: ConsentRequest,
): Promise<string> {
  const known =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant = known ?? new provider.Grant({ accountId: request.person.id, clientId: client.clientId });
  const oidcScopes = request.oidcScopes.map(({ name }) => name);
  if (oidcScopes.length > 0) grant.addOIDCScope(oidcScopes.join(" "));
  for (const { indicator, held, lacking } of request.resources) {
    giveScopes(
      grant,
      client,
      indicator,
      held.map(({ name }) => name),
    );
    // what was given before and is not held now stays given: it counts again once it is held again
    const refused = lacking.filter(({ isNew }) => isNew).map(({ name }) => name);
    if (refused.length > 0) grant.rejectResourceScope(indicator, refused.join(" "));
  }
  const id = await keepGrant(deps, client, grant);
  await ctx.db.transaction((tx) =>
    recordEntry(tx, ctx, {
      act: "grant.consented",
      target: { kind: "client", id: client.id, name: client.name },
      after: {
        scopes: oidcScopes,
        permissions: request.resources.flatMap((resource) => resource.held.map(({ name }) => name)),
      },
    }),
  );
  return id;
}
