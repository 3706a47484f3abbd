import { createSeededRandom, type SeededRandom } from "#lib/demo/seeded-random.ts";
import { uuidv7 } from "#lib/ids.ts";

/** A list as PostgreSQL writes it, and its members. */
export type NameList = { names: readonly string[]; literal: string };

export type SyntheticClient = {
  id: string;
  clientId: string;
  name: string;
  kind: "service" | "web" | "native";
  format: "jwt" | "opaque";
  ttlSeconds: number;
  /** Null: it gets no refresh tokens. */
  refreshIdleSeconds: number | null;
  refreshAbsoluteSeconds: number;
  audiences: readonly string[];
  /** What its tokens carry, in the mixes that occur; the first ones most. */
  scopeMixes: readonly NameList[];
  audienceMixes: readonly NameList[];
  claims: string;
};

export type SyntheticOrganisation = {
  audiences: readonly string[];
  /** Permission names by audience. */
  permissions: ReadonlyMap<string, readonly string[]>;
  groups: readonly string[];
  clients: readonly SyntheticClient[];
  users: readonly { id: string; email: string; name: string }[];
  /** For each user, which mix of groups and of roles the tokens carry. */
  groupMixes: readonly NameList[];
  groupMixOf: Uint16Array;
  roleMixes: readonly NameList[];
  roleMixOf: Uint16Array;
  /** The share of the time at which each signing key began to sign, oldest first. */
  keysFrom: readonly number[];
};

/** Permissions that next to no token carries, each in its own way: what filters must find without looking at everything. */
export const RARE = {
  /** In one of some 100,000 tokens. */
  permission: "vault:unseal",
  /** In a few tokens at all times together. */
  rarestPermission: "backup:restore-all",
  /** Common, but only in the first third of the time. */
  oldPermission: "legacy-import:write",
  role: "break-glass",
  group: "Emergency access, on call",
} as const;

export function nameListOf(names: readonly string[]): NameList {
  return { names, literal: `{${names.map((name) => `"${name.replace(/["\\]/g, "\\$&")}"`).join(",")}}` };
}

const AREAS = [
  "billing",
  "ledger",
  "orders",
  "catalogue",
  "customers",
  "payments",
  "shipping",
  "stock",
  "pricing",
  "search",
  "reports",
  "invoices",
  "mail",
  "files",
  "calendar",
  "chat",
  "tickets",
  "hr",
  "payroll",
  "travel",
  "assets",
  "build",
  "deploy",
  "metrics",
  "traces",
  "logs",
  "alerts",
  "backup",
  "vault",
  "directory",
  "contracts",
  "legal",
  "audit",
  "tax",
  "treasury",
  "fleet",
  "maps",
  "weather",
  "speech",
  "legacy-sync",
] as const;
const VERBS = ["read", "write", "list", "delete", "approve", "export", "admin"] as const;
const ROLES = ["employee", "manager", "auditor", "support", "developer", "operator", "contractor"] as const;

function audiencesOf(random: SeededRandom, index: number): string[] {
  const first = AREAS[index % AREAS.length] as string;
  const more = random.chance(0.35) ? [AREAS[(index * 7 + 3) % AREAS.length] as string] : [];
  return [...new Set([first, ...more])].map((area) => `${area}-api`);
}

function scopeMixesOf(
  random: SeededRandom,
  audiences: readonly string[],
  permissions: ReadonlyMap<string, readonly string[]>,
  isForPeople: boolean,
): NameList[] {
  const own = audiences.flatMap((audience) => permissions.get(audience) ?? []);
  return Array.from({ length: 5 }, (_, mix) => {
    const taken = own.filter((_, place) => place === 0 || random.chance(mix === 0 ? 0.5 : 0.3));
    return nameListOf([...(isForPeople ? ["openid", "profile", "offline_access"] : []), ...taken]);
  });
}

function clientsOf(
  random: SeededRandom,
  count: number,
  at: Date,
  permissions: ReadonlyMap<string, readonly string[]>,
): SyntheticClient[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 2 === 0 ? "service" : index % 4 === 1 ? "native" : "web";
    const audiences = audiencesOf(random, index);
    // a few services that somebody once gave a day, or a week by mistake
    const ttlSeconds =
      kind !== "service" ? 3_600 : index % 38 === 6 ? 86_400 : index % 10 === 4 ? 3_600 : 600;
    return {
      id: uuidv7(at),
      clientId: `synthetic-${kind}-${String(index).padStart(3, "0")}`,
      name: `Synthetic ${kind} ${index} (benchmark)`,
      kind,
      format: index % 7 === 3 ? "opaque" : "jwt",
      ttlSeconds,
      refreshIdleSeconds: kind === "service" ? null : kind === "native" ? 30 * 86_400 : 7 * 86_400,
      refreshAbsoluteSeconds: kind === "native" ? 365 * 86_400 : 30 * 86_400,
      audiences,
      scopeMixes: scopeMixesOf(random, audiences, permissions, kind !== "service"),
      audienceMixes: [nameListOf(audiences), nameListOf(audiences.slice(0, 1))],
      claims: index % 9 === 0 ? `{"tenant": "t${index}"}` : "{}",
    };
  });
}

/** An organisation that never was, the same for the same numbers, and marked as synthetic in every name that the console shows. */
export function inventOrganisation(rows: number, at: Date): SyntheticOrganisation {
  const random = createSeededRandom(rows);
  const isSmall = rows < 100_000;
  const areas = isSmall ? AREAS.slice(0, 10) : AREAS;
  const permissions = new Map<string, string[]>();
  for (const area of areas)
    permissions.set(
      `${area}-api`,
      VERBS.map((verb) => `${area}:${verb}`),
    );
  const groups = [
    "Everyone (synthetic)",
    ...Array.from({ length: isSmall ? 12 : 60 }, (_, index) => `Synthetic team ${index}`),
    RARE.group,
  ];
  const users = Array.from(
    { length: Math.max(40, Math.min(100_000, Math.round(rows / 100))) },
    (_, index) => ({
      id: uuidv7(at),
      email: `person-${String(index).padStart(6, "0")}@synthetic.example`,
      name: `Synthetic Person ${index}`,
    }),
  );
  const groupMixes = Array.from({ length: 300 }, () => {
    const teams = Array.from({ length: random.between(0, 4) }, () => {
      const place = Math.floor(random.next() ** 2 * (groups.length - 2));
      return groups[1 + place] as string;
    });
    return nameListOf([groups[0] as string, ...new Set(teams)].slice(0, 5));
  });
  groupMixes.push(nameListOf([groups[0] as string, RARE.group]));
  const roleMixes = [
    nameListOf([ROLES[0]]),
    ...ROLES.slice(1).map((role) => nameListOf([ROLES[0], role])),
    nameListOf([ROLES[0], "developer", "operator"]),
    nameListOf([ROLES[0], RARE.role]),
  ];
  // the last mix of each is the rare one: a handful of people who seldom come
  const isRare = (index: number) => index === users.length - 2;
  return {
    audiences: [...permissions.keys()],
    permissions,
    groups,
    clients: clientsOf(random, isSmall ? 30 : 200, at, permissions),
    users,
    groupMixes,
    groupMixOf: Uint16Array.from(users, (_, index) =>
      isRare(index) ? groupMixes.length - 1 : random.between(0, groupMixes.length - 2),
    ),
    roleMixes,
    roleMixOf: Uint16Array.from(users, (_, index) =>
      isRare(index) ? roleMixes.length - 1 : Math.floor(random.next() ** 3 * (roleMixes.length - 1)),
    ),
    // the third signed for an hour: an emergency
    keysFrom: [0, 0.34, 0.66, 0.6605],
  };
}
