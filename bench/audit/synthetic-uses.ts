import { addressOfService, addressOfUser } from "#bench/inventory/seed/addresses.ts";
import { countryOf } from "#bench/inventory/seed/countries.ts";
import type { RandomIds } from "#bench/inventory/seed/random-ids.ts";

export const CLIENTS = 200;
export const VERIFIERS = 12;
export const USERS = 5_000;
const PATHS = 400;
/** Uses of a token in its life, about. */
const USES_OF_TOKEN = 60;
/** Tokens of a day that are in use at the same moment. */
const TOKENS_AT_ONCE = 400;
const AGENTS = 40;
const REFUSALS = [
  "expired",
  "expired",
  "expired",
  "expired",
  "revoked",
  "permission",
  "audience",
  "suspended",
];
const DAY_MS = 86_400_000;

export type Party = { id: string; name: string };
export type Parties = { clients: Party[]; verifiers: Party[] };

/** The most frequent first: the first of a thousand has a fifth, the last next to nothing. */
function skewed(random: RandomIds, count: number): number {
  return Math.floor(random.next() ** 3 * count);
}

/** Share of a day's uses by the hour: nights are quiet, two hours of the morning are not. */
const HOURS = [2, 1, 1, 1, 1, 2, 3, 5, 8, 9, 8, 7, 6, 7, 8, 8, 7, 6, 5, 4, 3, 3, 2, 2];
const HOURS_SUM = HOURS.reduce((sum, share) => sum + share, 0);

/** The instants of a day's uses, in order, in milliseconds. */
function instantsOf(random: RandomIds, day: number, count: number): Float64Array {
  const at = new Float64Array(count);
  let n = 0;
  let share = 0;
  HOURS.forEach((part, hour) => {
    share += part;
    const until = Math.round((share / HOURS_SUM) * count);
    while (n < until) {
      at[n] = day + hour * 3_600_000 + random.below(3_600_000);
      n += 1;
    }
  });
  return at.sort();
}

type Token = {
  id: string;
  family: string;
  client: number;
  user: number | null;
  subject: string;
  ip: string;
  /** Whether the log has its issue: what is first of it. */
  isIssued: boolean;
};

export const userId = (user: number) => `00000000-0000-7000-8000-${user.toString(16).padStart(12, "0")}`;

function tokenAt(random: RandomIds, at: number): Token {
  const client = skewed(random, CLIENTS);
  const isService = client % 4 === 0;
  const user = isService ? null : skewed(random, USERS);
  return {
    id: random.uuidv7(at - 1),
    family: random.uuidv7(at - 1),
    client,
    user,
    subject: user === null ? `service-${client}` : userId(user),
    ip: user === null ? addressOfService(random, client) : addressOfUser(random, user),
    isIssued: false,
  };
}

export const USE_COLUMNS =
  "id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject, verifier_id, audience, method, path, ip, country, user_agent, writer_id, flush, ordinal, salt";

/** The uses of a day as lines of COPY, in the order of their receipt. */
export function* usesOfDay(
  random: RandomIds,
  { clients, verifiers }: Parties,
  { day, count, writer }: { day: number; count: number; writer: string },
): Generator<string> {
  const instants = instantsOf(random, day, count);
  const tokens = Array.from({ length: TOKENS_AT_ONCE }, () => tokenAt(random, day));
  for (let n = 0; n < count; n += 1) {
    const at = instants[n] as number;
    const time = new Date(at).toISOString();
    const place = skewed(random, TOKENS_AT_ONCE);
    if (random.below(USES_OF_TOKEN) === 0) tokens[place] = tokenAt(random, at);
    const token = tokens[place] as Token;
    const isIssue = !token.isIssued;
    token.isIssued = true;
    // somebody takes it elsewhere now and then
    const ip = !isIssue && random.chance(0.002) ? addressOfUser(random, random.below(1 << 16)) : token.ip;
    const refusal = isIssue || !random.chance(0.03) ? "\\N" : REFUSALS[random.below(REFUSALS.length)];
    const verifier = verifiers[(token.client + skewed(random, 3)) % verifiers.length] as Party;
    const source = isIssue
      ? "issue"
      : verifier.name.endsWith("introspects")
        ? "introspection"
        : "forward_auth";
    const outcome = isIssue ? "issued" : refusal === "\\N" ? "allowed" : "refused";
    yield `${random.uuidv7(at)}\t${time}\t${time}\t${outcome}\t${refusal}\t${source}\t${token.id}\taccess\t${token.family}\t${clients[token.client]?.id}\t${token.user === null ? "\\N" : userId(token.user)}\t${token.subject}\t${isIssue ? "\\N" : verifier.id}\t${isIssue ? "\\N" : "orders-api"}\t${isIssue ? "\\N" : random.chance(0.7) ? "GET" : "POST"}\t${isIssue ? "\\N" : `/v1/resources/${skewed(random, PATHS)}`}\t${ip}\t${countryOf(ip)}\tclient-${token.client % AGENTS}/4.2 (linux; x64)\t${writer}\t${Math.floor(n / 100) + 1}\t${n % 100}\t\\\\x${random.hash().slice(0, 32)}\n`;
  }
}

/** When the first and the last day begin, with how many uses each has. Working days have more. */
export function daysOf(rows: number, days: number, now: Date): { day: number; count: number }[] {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const weights = Array.from({ length: days }, (_, n) => {
    const day = today - (days - n) * DAY_MS;
    const isWeekend = [0, 6].includes(new Date(day).getUTCDay());
    return { day, weight: isWeekend ? 0.5 : 1 };
  });
  const sum = weights.reduce((all, { weight }) => all + weight, 0);
  return weights.map(({ day, weight }) => ({ day, count: Math.round((rows * weight) / sum) }));
}
