import { addressOfService, addressOfUser } from "./addresses.ts";
import { RandomIds } from "./random-ids.ts";
import {
  type NameList,
  nameListOf,
  RARE,
  type SyntheticClient,
  type SyntheticOrganisation,
} from "./synthetic-organisation.ts";
import { type InventedToken, iso, type RegisterSink, writeToken } from "./write-token.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Some of what was made, for orders to name. */
export type Specimens = {
  tokens: { id: string; issuedAt: number }[];
  families: { id: string; rootedAt: number }[];
};

type Family = {
  id: string;
  client: SyntheticClient;
  user: number;
  rootedAt: number;
  sessionUid: string;
  scopes: number;
  refreshId: string;
  absoluteEnd: number;
};

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  "SyntheticApp/7.2 (Android 15)",
];

/** Skewed like the real thing: the first of `count` far more often than the last. */
function cumulativeShares(count: number): Float64Array {
  const shares = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    sum += 1 / (index + 1);
    shares[index] = sum;
  }
  return shares.map((share) => share / sum);
}

function placeOf(shares: Float64Array, value: number): number {
  let low = 0;
  let high = shares.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shares[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Makes up `rows` tokens in the order of their issue: services that come every few minutes, people whose sign-ins are renewed for hours or
 * weeks, more of both by day and more each week.
 */
export class TokenInventor {
  readonly #random: RandomIds;
  readonly #organisation: SyntheticOrganisation;
  readonly #sink: RegisterSink;
  readonly #kids: readonly string[];
  readonly #rows: number;
  readonly #from: number;
  readonly #until: number;
  readonly #clients: Float64Array;
  /** Families by the minute in which they are renewed. */
  readonly #due: (Family[] | undefined)[] = [];
  readonly #sessions = new Map<number, string>();
  readonly #never = nameListOf([]);
  readonly specimens: Specimens = { tokens: [], families: [] };
  readonly #specimenShare: number;
  made = 0;

  constructor(
    organisation: SyntheticOrganisation,
    sink: RegisterSink,
    { rows, from, until, kids }: { rows: number; from: Date; until: Date; kids: readonly string[] },
  ) {
    this.#kids = kids;
    this.#organisation = organisation;
    this.#sink = sink;
    this.#random = new RandomIds(rows);
    this.#rows = rows;
    this.#from = from.getTime();
    this.#until = until.getTime();
    this.#clients = cumulativeShares(organisation.clients.length);
    this.#specimenShare = Math.min(1, 4_000 / rows);
  }

  async make(): Promise<void> {
    const rows = this.#rows;
    const minutes = Math.floor((this.#until - this.#from) / MINUTE);
    const weight = (minute: number) =>
      (0.5 + (0.5 * minute) / minutes) * (1 + 0.6 * Math.sin((2 * Math.PI * minute) / 1_440));
    let sum = 0;
    for (let minute = 0; minute < minutes; minute += 1) sum += weight(minute);
    let owed = 0;
    for (let minute = 0; minute < minutes; minute += 1) {
      await this.#sink.pause(this.#from + minute * MINUTE);
      owed += (rows * weight(minute)) / sum;
      if (minute === minutes - 1) owed = rows - this.made;
      this.#makeMinute(minute, Math.floor(owed));
      owed = this.#spent(owed);
    }
  }

  #madeBefore = 0;
  #spent(owed: number): number {
    const made = this.made - this.#madeBefore;
    this.#madeBefore = this.made;
    return owed - made;
  }

  #makeMinute(minute: number, quota: number): void {
    const start = this.#from + minute * MINUTE;
    const target = this.made + Math.max(0, quota);
    // instants within a minute rise, as the register's do
    const at = () =>
      start + Math.floor(MINUTE * Math.min(1, 1 - (target - this.made) / Math.max(1, quota)) * 0.999);
    const due = this.#due[minute] ?? [];
    this.#due[minute] = undefined;
    for (const [index, family] of due.entries()) {
      if (this.made + 2 > this.#rows || this.made >= target) {
        this.#schedule(minute + 1, due.slice(index));
        break;
      }
      this.#renew(family, at());
    }
    while (this.made < target) {
      const place = placeOf(this.#clients, this.#random.next());
      const client = this.#organisation.clients[place] as SyntheticClient;
      if (client.kind === "service" || this.made + 2 > this.#rows || this.#random.chance(0.5))
        this.#serve(place & ~1, at());
      else this.#begin(client, at());
    }
  }

  #schedule(minute: number, families: Family[]): void {
    const there = this.#due[minute];
    if (there === undefined) this.#due[minute] = families;
    else there.push(...families);
  }

  #keyAt(at: number): string {
    const share = (at - this.#from) / (this.#until - this.#from);
    return this.#kids[this.#organisation.keysFrom.findLastIndex((began) => began <= share)] as string;
  }

  /** A client-credentials token. */
  #serve(place: number, at: number): void {
    const random = this.#random;
    const client = this.#organisation.clients[place] as SyntheticClient;
    const id = random.uuidv7(at);
    const mix = Math.floor(random.next() ** 3 * client.scopeMixes.length);
    const scopes = this.#scopesOf(client, mix, at);
    this.#write({
      id,
      at,
      kind: "access",
      client,
      user: null,
      subject: client.clientId,
      familyId: id,
      parentId: "\\N",
      sessionUid: "\\N",
      grantType: "client_credentials",
      scopes,
      groups: this.#never,
      roles: this.#never,
      audiences: client.audienceMixes[random.chance(0.8) ? 0 : 1] as NameList,
      rootedAt: at,
      expiresAt: at + client.ttlSeconds * 1_000,
      ip: addressOfService(random, place),
      agent: `synthetic-service/${place % 5}`,
    });
  }

  #scopesOf(client: SyntheticClient, mix: number, at: number) {
    const random = this.#random;
    const own = client.scopeMixes[mix] as NameList;
    const isOld = at < this.#from + (this.#until - this.#from) / 3;
    if (isOld && mix === 1) return nameListOf([...own.names, RARE.oldPermission]);
    if (random.chance(0.000_01)) return nameListOf([...own.names, RARE.permission]);
    if (random.chance(0.000_000_5)) return nameListOf([...own.names, RARE.rarestPermission]);
    return own;
  }

  /** A person signs in at a client. */
  #begin(client: SyntheticClient, at: number): void {
    const random = this.#random;
    const user = Math.floor(random.next() ** 2.2 * this.#organisation.users.length);
    const known = this.#sessions.get(user);
    const sessionUid = known !== undefined && random.chance(0.4) ? known : random.hash().slice(0, 21);
    this.#sessions.set(user, sessionUid);
    const family: Family = {
      id: random.uuidv7(at),
      client,
      user,
      rootedAt: at,
      sessionUid,
      scopes: Math.floor(random.next() ** 3 * client.scopeMixes.length),
      refreshId: "\\N",
      absoluteEnd: at + client.refreshAbsoluteSeconds * 1_000,
    };
    const { id: userId } = this.#organisation.users[user] as { id: string };
    this.#sink.family(
      `${family.id}\t${client.id}\t${userId}\t${sessionUid}\t${iso(at)}\t${iso(family.absoluteEnd)}\n`,
    );
    if (random.chance(this.#specimenShare)) this.specimens.families.push({ id: family.id, rootedAt: at });
    this.#exchange(family, at, "authorization_code");
  }

  #renew(family: Family, at: number): void {
    if (at >= family.absoluteEnd) return;
    this.#sink.consumption(`${family.refreshId}\t${family.id}\t${iso(at)}\n`);
    this.#sink.usage(`${family.refreshId}\t${iso(at)}\t1\t0\t${addressOfUser(this.#random, family.user)}\n`);
    this.#exchange(family, at, "refresh_token");
  }

  #exchange(family: Family, at: number, grantType: string): void {
    const random = this.#random;
    const { client, user, sessionUid, rootedAt } = family;
    const parentId = family.refreshId;
    const { groupMixes, groupMixOf, roleMixes, roleMixOf, users } = this.#organisation;
    const holder = users[user] as { id: string };
    const common = {
      client,
      user: holder.id,
      subject: holder.id,
      familyId: family.id,
      parentId,
      sessionUid,
      grantType,
      rootedAt,
      at,
      scopes: this.#scopesOf(client, family.scopes, at),
      groups: groupMixes[groupMixOf[user] as number] as NameList,
      roles: roleMixes[roleMixOf[user] as number] as NameList,
      ip: addressOfUser(random, user),
      agent: AGENTS[user % AGENTS.length] as string,
    };
    this.#write({
      ...common,
      id: random.uuidv7(at),
      kind: "access",
      audiences: client.audienceMixes[0] as NameList,
      expiresAt: at + client.ttlSeconds * 1_000,
    });
    if (client.refreshIdleSeconds === null) return;
    family.refreshId = random.uuidv7(at);
    const idleEnd = Math.min(at + client.refreshIdleSeconds * 1_000, family.absoluteEnd);
    this.#write({
      ...common,
      id: family.refreshId,
      kind: "refresh",
      audiences: this.#never,
      expiresAt: idleEnd,
    });
    if (random.chance(0.4)) return;
    const wait = random.chance(0.75) ? (45 + random.below(15)) * MINUTE : (0.3 + 3 * random.next()) * DAY;
    if (at + wait < idleEnd) this.#schedule(Math.floor((at + wait - this.#from) / MINUTE), [family]);
  }

  #write(token: InventedToken): void {
    writeToken(token, {
      random: this.#random,
      sink: this.#sink,
      kid: this.#keyAt(token.at),
      until: this.#until,
    });
    if (this.#random.chance(this.#specimenShare))
      this.specimens.tokens.push({ id: token.id, issuedAt: token.at });
    this.made += 1;
  }
}
