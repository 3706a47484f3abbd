import type { RegistryClient } from "#lib/registry/snapshot.ts";

/** What a resource indicator stands for with one client. */
export type ResolvedResource = { audiences: string[]; permissions: string[] };

/** The resource of a client that names none: all of its audiences at once, as one record of the engine's. */
export function defaultResourceOf(clientId: string): string {
  return `urn:tokenwarden:client:${encodeURIComponent(clientId)}`;
}

/**
 * The audiences and permissions behind a resource indicator, or null where the client may not ask for it.
 * @see RFC 8707 section 2
 */
export function findResource(client: RegistryClient, indicator: string): ResolvedResource | null {
  if (indicator === defaultResourceOf(client.clientId)) {
    const audiences = client.audiences.map((audience) => audience.name);
    return { audiences, permissions: permissionsAt(client, new Set(audiences)) };
  }
  const audience = client.audiences.find((one) => one.resourceUri === indicator);
  if (audience === undefined) return null;
  return { audiences: [audience.name], permissions: permissionsAt(client, new Set([audience.name])) };
}

function permissionsAt(client: RegistryClient, audiences: ReadonlySet<string>): string[] {
  return client.permissions.filter((one) => audiences.has(one.audience)).map((one) => one.name);
}

/** Every indicator that a grant of `indicator` also covers: all of a client's audiences cover each of them. */
export function coveredIndicators(client: RegistryClient, indicator: string): string[] {
  if (indicator !== defaultResourceOf(client.clientId)) return [indicator];
  return [indicator, ...client.audiences.map((audience) => audience.resourceUri)];
}
