import { countryOf } from "./countries.ts";
import type { RandomIds } from "./random-ids.ts";
import type { NameList, SyntheticClient } from "./synthetic-organisation.ts";

/** Rows of the register as COPY takes them: columns by tabs. Instants are milliseconds until they are written. */
export type RegisterSink = {
  token(issuedAt: number, line: string): void;
  label(issuedAt: number, kind: string, label: string, tokenId: string): void;
  family(line: string): void;
  consumption(line: string): void;
  usage(line: string): void;
  /** Called before each minute that begins at `next`: what has gathered may be sent. */
  pause(next: number): Promise<void>;
};

export type InventedToken = {
  id: string;
  at: number;
  kind: "access" | "refresh";
  client: SyntheticClient;
  user: string | null;
  subject: string;
  familyId: string;
  parentId: string;
  sessionUid: string;
  grantType: string;
  scopes: NameList;
  groups: NameList;
  roles: NameList;
  audiences: NameList;
  rootedAt: number;
  expiresAt: number;
  ip: string;
  agent: string;
};

export const iso = (at: number) => new Date(at).toISOString();

/** A share of access tokens is never used. */
const USED = 0.72;

/** A token as the register has it, its labels, and what is counted of its use. */
export function writeToken(
  token: InventedToken,
  made: { random: RandomIds; sink: RegisterSink; kid: string; until: number },
): void {
  const { random, sink } = made;
  const { id, at, kind, client, expiresAt } = token;
  const format = kind === "refresh" ? "opaque" : client.format;
  const columns = [
    id,
    iso(at),
    kind,
    format,
    client.id,
    token.user ?? "\\N",
    token.subject,
    token.familyId,
    token.parentId,
    token.sessionUid,
    token.grantType,
    token.scopes.literal,
    token.groups.literal,
    token.roles.literal,
    token.audiences.literal,
    client.claims,
    format === "jwt" ? made.kid : "\\N",
    iso(token.rootedAt),
    iso(expiresAt),
    token.ip,
    countryOf(token.ip),
    token.agent,
    `\\\\x${random.hash()}`,
  ];
  sink.token(at, `${columns.join("\t")}\n`);
  for (const name of token.scopes.names) sink.label(at, "scope", name, id);
  for (const name of token.groups.names) sink.label(at, "group", name, id);
  for (const name of token.roles.names) sink.label(at, "role", name, id);
  for (const name of token.audiences.names) sink.label(at, "audience", name, id);
  if (kind === "refresh" || !random.chance(USED)) return;
  const end = Math.min(expiresAt, made.until);
  const last = at + 1 + Math.floor((end - at) * random.next());
  const uses = 1 + Math.floor(random.next() ** 6 * 5_000);
  sink.usage(`${id}\t${iso(last)}\t${uses}\t${random.chance(0.01) ? 3 : 0}\t${token.ip}\n`);
}
