import { COUNTRIES, RAREST_COUNTRY } from "./seed/countries.ts";
import { RARE, type SyntheticOrganisation } from "./seed/synthetic-organisation.ts";

/** A query string of the Tokens table, by a name for people. */
export type Question = { name: string; text: string };

/** Values that a filter is asked with: common ones, rare ones, and such that little or nothing has beside another filter. */
export type FilterValue = { filter: string; name: string; text: string };

const encode = encodeURIComponent;

/** What the run found in the data to ask for. */
export type Samples = {
  userId: string;
  familyId: string;
  sessionUid: string;
  hash: string;
  address: string;
  /** Ids of signing keys. */
  keys: { common: string; old: string; rare: string };
};

/** Each declared filter with values worth asking for. */
export function filterValues(organisation: SyntheticOrganisation, samples: Samples): FilterValue[] {
  const { clients, users } = organisation;
  const clientOf = (index: number) => clients[index]?.clientId as string;
  const value = (filter: string, name: string, text: string) => ({ filter, name: `${filter} ${name}`, text });
  return [
    value("client", "common", `client=${clientOf(0)}`),
    value("client", "of people", `client=${clientOf(1)}`),
    value("client", "rare", `client=${clientOf(clients.length - 3)}`),
    value("client", "one that was taken back", `client=${clientOf(Math.floor(clients.length * 0.4))}`),
    value("user", "busy", `user=${encode(users[0]?.email as string)}`),
    value("user", "quiet", `user=${encode(users[users.length - 1]?.email as string)}`),
    value("q", "part of an address", "q=person-00000"),
    value("q", "part of every address", "q=synthetic.example"),
    value("permission", "common", "permission=billing:read"),
    value("permission", "of all people", "permission=openid"),
    value("permission", "rare", `permission=${encode(RARE.permission)}`),
    value("permission", "in a handful", `permission=${encode(RARE.rarestPermission)}`),
    value("permission", "old alone", `permission=${encode(RARE.oldPermission)}`),
    value("group", "common", `group=${encode("Everyone (synthetic)")}`),
    value("group", "small", `group=${encode("Synthetic team 9")}`),
    value("group", "rare", `group=${encode(RARE.group)}`),
    value("audience", "common", "audience=billing-api"),
    value("audience", "less common", "audience=mail-api"),
    value("role", "common", "role=employee"),
    value("role", "less common", "role=auditor"),
    value("role", "rare", `role=${RARE.role}`),
    value("kind", "access", "kind=access"),
    value("kind", "refresh", "kind=refresh"),
    value("format", "opaque", "format=opaque"),
    value("format", "jwt", "format=jwt"),
    ...["active", "revoked", "suspended", "consumed", "expired", "not_yet_valid"].map((state) =>
      value("state", state, `state=${state}`),
    ),
    value("key", "common", `key=${samples.keys.common}`),
    value("key", "old", `key=${samples.keys.old}`),
    value("key", "rare", `key=${samples.keys.rare}`),
    value("family", "one", `family=${samples.familyId}`),
    value("session", "one", `session=${samples.sessionUid}`),
    value("issued", "in the last day", "issued=within:24h"),
    value("issued", "over a month ago", "issued=beyond:30d"),
    value("expires", "within an hour", "expires=within:1h"),
    value("expires", "in over a week", "expires=beyond:7d"),
    value("lastUsed", "in the last hour", "lastUsed=within:1h"),
    value("lastUsed", "over a month ago", "lastUsed=beyond:30d"),
    value("neverUsed", "", "neverUsed=true"),
    value("longLived", "over an hour", "longLived=1h"),
    value("longLived", "over a day", "longLived=24h"),
    value("ip", "one address", `ip=${samples.address}`),
    value("ip", "small network", "ip=2001:db8:4::/48"),
    value("ip", "large network", "ip=10.0.0.0/8"),
    value("country", "common", `country=${COUNTRIES[0]}`),
    value("country", "less common", `country=${COUNTRIES[9]}`),
    value("country", "rare", `country=${RAREST_COUNTRY}`),
    value("country", "unknown", "country=unknown"),
  ];
}

/** Two values of different filters, each with each. */
export function pairsOf(values: readonly FilterValue[]): Question[] {
  return values.flatMap((one, index) =>
    values
      .slice(index + 1)
      .filter((other) => other.filter !== one.filter)
      .map((other) => ({ name: `${one.name} + ${other.name}`, text: `${one.text}&${other.text}` })),
  );
}

export const SORTS = ["-issued", "issued", "-expires", "expires"] as const;
