import type { SignInProviderRow } from "#lib/sign-in-providers/model.ts";

/** What the form shows its own faults of. */
export const PROVIDER_FIELDS = [
  "name",
  "issuer",
  "clientId",
  "clientSecret",
  "scopes",
  "roleClaim",
  "roleRules",
  "defaultRole",
  "acrValues",
  "requiredAcr",
  "requiredAmr",
  "maxAgeSeconds",
];

export type ProviderDraft = Pick<
  SignInProviderRow,
  "name" | "issuer" | "clientId" | "scopes" | "roleClaim" | "roleRules" | "defaultRole" | "createsAdmins"
> &
  Pick<SignInProviderRow, "acrValues" | "requiredAcr" | "requiredAmr" | "maxAgeSeconds"> & {
    clientSecret: string;
  };

export function draftOf(provider: SignInProviderRow | null): ProviderDraft {
  return {
    name: provider?.name ?? "",
    issuer: provider?.issuer ?? "",
    clientId: provider?.clientId ?? "",
    clientSecret: "",
    scopes: (provider?.scopes ?? ["profile", "email"]).filter((scope) => scope !== "openid"),
    roleClaim: provider?.roleClaim ?? "groups",
    roleRules: provider?.roleRules ?? [],
    defaultRole: provider?.defaultRole ?? null,
    createsAdmins: provider?.createsAdmins ?? false,
    acrValues: provider?.acrValues ?? [],
    requiredAcr: provider?.requiredAcr ?? [],
    requiredAmr: provider?.requiredAmr ?? [],
    maxAgeSeconds: provider?.maxAgeSeconds ?? null,
  };
}
