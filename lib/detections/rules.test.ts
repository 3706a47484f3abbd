import { describe, expect, test } from "vitest";
import { uuidv7 } from "../ids.ts";
import { networkOf } from "../incidents/network.ts";
import { judgeEvents, type Memories, type Raised } from "./judge-events.ts";
import { startingAt } from "./memory.ts";
import { RULE_NAMES, type RuleName } from "./model.ts";
import type { ActEvent, UseEvent } from "./rule.ts";
import { RULES } from "./rules.ts";
import { settingsOf, type Tuning } from "./settings.ts";

const T0 = Date.parse("2026-11-29T12:00:00Z");
const TOKEN = uuidv7(T0);
const CLIENT = uuidv7(T0);

type Shape = Partial<UseEvent> & { afterMs?: number };

function use({ afterMs = 0, ...change }: Shape): UseEvent {
  const ip = change.ip ?? null;
  return {
    kind: "use",
    id: uuidv7(T0 + afterMs),
    receivedAt: new Date(T0 + afterMs),
    at: new Date(T0 + afterMs),
    outcome: change.refusal == null ? "allowed" : "refused",
    refusal: null,
    source: "introspection",
    tokenId: TOKEN,
    familyId: TOKEN,
    clientId: CLIENT,
    userId: null,
    country: null,
    network: ip === null ? null : networkOf(ip),
    networkName: null,
    method: "GET",
    path: "/invoices",
    verifierId: null,
    end: null,
    ip,
    ...change,
  };
}

function act(name: string, target: ActEvent["target"], change: Partial<ActEvent> = {}): ActEvent {
  return {
    kind: "act",
    id: uuidv7(T0),
    at: new Date(T0),
    act: name,
    target,
    tokenId: null,
    familyId: null,
    clientId: null,
    userId: null,
    ip: "203.0.113.9",
    ...change,
  };
}

function memories(start?: { country: string | null; network: string | null }): Memories {
  return {
    tokens: new Map(start === undefined ? [] : [[TOKEN, startingAt(start)]]),
    clients: new Map(),
  };
}

/** What comes out of a series, by rule. */
function judge(
  events: readonly (UseEvent | ActEvent)[],
  {
    tuned = {},
    known = memories(),
  }: { tuned?: Partial<Record<RuleName, Partial<Tuning>>>; known?: Memories } = {},
): Partial<Record<RuleName, Raised>> {
  const settings = Object.fromEntries(
    RULE_NAMES.map((rule) => {
      const given = tuned[rule];
      const tuning = given === undefined ? null : { isOn: true, values: {}, countries: [], ...given };
      return [rule, settingsOf(rule, tuning)];
    }),
  ) as Record<RuleName, ReturnType<typeof settingsOf>>;
  return Object.fromEntries(judgeEvents(events, known, () => settings).map((one) => [one.rule, one]));
}

const series = (count: number, everyMs: number, change: Shape) =>
  Array.from({ length: count }, (_, n) => use({ ...change, afterMs: (change.afterMs ?? 0) + n * everyMs }));

const saysOf = ({ rule, facts, count, firstAt, lastAt }: Raised) =>
  RULES[rule].says(facts, { count, firstAt, lastAt });

describe("used after revocation", () => {
  test("is told from the third attempt within ten minutes on, which stands for the first two, and each further one counts", () => {
    const found = judge(series(5, 1_000, { refusal: "revoked", ip: "203.0.113.7", country: "DE" }));
    expect(found.use_after_revocation).toMatchObject({
      subject: { kind: "token", id: TOKEN },
      count: 5,
      facts: { tries: 5, country: "DE" },
    });
    expect(saysOf(found.use_after_revocation as Raised)).toBe(
      "Presented 5 times within 10 minutes after it was revoked, and refused. Last from 203.0.113.7 in Germany, asking for GET /invoices.",
    );
  });

  test("is not told of a client that tries twice, nor of one that tries each quarter of an hour", () => {
    expect(judge(series(2, 1_000, { refusal: "revoked" }))).toEqual({});
    expect(judge(series(20, 15 * 60_000, { refusal: "revoked" }))).toEqual({});
  });

  test("is told of who begins in earnest after a first try long before", () => {
    const found = judge([
      use({ refusal: "revoked" }),
      ...series(3, 1_000, { refusal: "revoked", afterMs: 11 * 60_000 }),
    ]);
    expect(found.use_after_revocation?.count).toBe(3);
    expect(saysOf(found.use_after_revocation as Raised)).not.toContain("in all");
  });

  test("says as often as it was found, over several series too", () => {
    const found = judge([
      ...series(33, 1_000, { refusal: "revoked" }),
      ...series(4, 1_000, { refusal: "revoked", afterMs: 30 * 60_000 }),
    ]).use_after_revocation as Raised;
    expect(found).toMatchObject({ count: 37, facts: { tries: 4 } });
    expect(saysOf(found)).toContain(
      "Presented 4 times within 10 minutes after it was revoked, and refused, 37 times in all.",
    );
  });

  test("is told sooner or later, or not at all, as it is tuned", () => {
    const one = [use({ refusal: "revoked" })];
    expect(judge(one, { tuned: { use_after_revocation: { values: { tries: 1 } } } })).toHaveProperty(
      "use_after_revocation",
    );
    const three = series(3, 10, { refusal: "revoked" });
    expect(judge(three, { tuned: { use_after_revocation: { values: { tries: 4 } } } })).toEqual({});
    expect(judge(three, { tuned: { use_after_revocation: { isOn: false } } })).toEqual({});
  });
});

test("each rule counts what was refused for its own reason: what was tried before a revocation is no evidence of it", () => {
  const suspended = series(476, 500, { refusal: "suspended" });
  const expired = series(129, 500, { refusal: "expired", afterMs: 240_000 });
  const revoked = series(109, 500, { refusal: "revoked", afterMs: 305_000 });
  const found = judge([...suspended, ...expired, ...revoked]);
  expect(found.use_after_suspension).toMatchObject({ count: 476, facts: { tries: 476 } });
  expect(found.use_after_expiry).toMatchObject({ count: 129, facts: { tries: 129 } });
  expect(found.use_after_revocation).toMatchObject({ count: 109, facts: { tries: 109 } });
  expect(saysOf(found.use_after_revocation as Raised)).toBe(
    "Presented 109 times within 10 minutes after it was revoked, and refused. Last, asking for GET /invoices.",
  );
  // one try after it is one, whatever came before
  expect(judge([...expired, ...revoked.slice(0, 2)])).not.toHaveProperty("use_after_revocation");
  // and one that a verifier refused by what it had last heard ends no series
  const among = [...series(2, 1_000, { refusal: "revoked" }), use({ refusal: "expired", afterMs: 1_500 })];
  expect(judge([...among, use({ refusal: "revoked", afterMs: 3_000 })]).use_after_revocation).toMatchObject({
    count: 3,
  });
});

test("who goes on with a suspended token is told from the third attempt on, and not where it is tuned out", () => {
  expect(judge(series(2, 1_000, { refusal: "suspended" }))).toEqual({});
  const found = judge(series(4, 1_000, { refusal: "suspended", ip: "203.0.113.7" })).use_after_suspension;
  expect(found).toMatchObject({ subject: { kind: "token", id: TOKEN }, count: 4, facts: { tries: 4 } });
  expect(saysOf(found as Raised)).toBe(
    "Presented 4 times within 10 minutes while it was suspended, and refused. Last from 203.0.113.7, asking for GET /invoices.",
  );
  const tuned = { use_after_suspension: { isOn: false } };
  expect(judge(series(50, 1_000, { refusal: "suspended" }), { tuned })).toEqual({});
});

test("attempts after expiry are told only where a client would long have renewed", () => {
  expect(judge(series(29, 1_000, { refusal: "expired" }))).toEqual({});
  expect(judge(series(30, 1_000, { refusal: "expired" })).use_after_expiry).toMatchObject({ count: 30 });
});

test("refusals for other reasons are nobody's detection", () => {
  for (const refusal of ["audience", "permission", "consumed", "client_disabled", "stale"])
    expect(judge(series(50, 10, { refusal }))).toEqual({});
});

describe("accepted after its end", () => {
  const end = { how: "revoked", at: new Date(T0) } as const;

  test("is told of a verifier that accepted a token more than a minute after it was revoked", () => {
    const found = judge([use({ source: "report", end, afterMs: 3 * 60_000, ip: "198.51.100.4" })]);
    expect(found.accepted_after_end).toMatchObject({ count: 1, facts: { how: "revoked", lateSeconds: 180 } });
    expect(saysOf(found.accepted_after_end as Raised)).toContain(
      "accepted it 3 minutes after it was revoked",
    );
  });

  test("is not told within the time that a verifier takes to hear of it, nor before the end, nor of a refusal", () => {
    expect(judge([use({ source: "report", end, afterMs: 60_000 })])).toEqual({});
    expect(judge([use({ source: "report", end, afterMs: -60_000 })])).toEqual({});
    expect(judge([use({ source: "report", end, afterMs: 180_000, refusal: "revoked" })])).toEqual({});
  });
});

describe("replayed", () => {
  test("is told of the family at once, for a refresh token and for a code", () => {
    const familyId = uuidv7(T0);
    const refresh = judge([use({ refusal: "replayed", source: "refresh", familyId })]);
    expect(refresh.replay?.subject).toEqual({ kind: "family", id: familyId });
    const code = judge([act("authorization_code.replayed", { kind: "family", id: familyId }, { familyId })]);
    expect(code.replay).toMatchObject({ subject: { id: familyId }, facts: { what: "authorization code" } });
    expect(saysOf(code.replay as Raised)).toContain(
      "A used authorization code came back once from 203.0.113.9",
    );
  });

  test("is not told of a refresh, nor twice of what a refresh token's own entry says", () => {
    expect(judge([use({ source: "refresh" })])).toEqual({});
    const entry = act("refresh_token.replayed", { kind: "family", id: TOKEN }, { familyId: TOKEN });
    expect(judge([entry])).toEqual({});
  });
});

test("a forgery is told of the key that was used where an authority saw its signature; a verifier's word alone accuses no key", () => {
  const detected = act("token.forgery_detected", { kind: "signing_key", id: "kid-1" });
  expect(judge([detected]).forgery?.subject).toEqual({ kind: "signing_key", id: "kid-1" });
  const reported = act("token.forgery_reported", { kind: "verifier", id: TOKEN }, { tokenId: TOKEN });
  const { forgery, forgery_reported: told } = judge([reported]);
  expect(forgery).toBeUndefined();
  expect(told?.subject).toEqual({ kind: "verifier", id: TOKEN });
  const found = { count: 1, firstAt: new Date(T0), lastAt: new Date(T0) };
  // what an earlier version raised says the same
  for (const rule of [RULES.forgery_reported, RULES.forgery])
    expect(rule.says(told?.facts ?? {}, found)).toMatch(/^A verifier says that .* check the verifier first/);
  expect(RULES.forgery).toMatchObject({ canMute: false, severity: "critical" });
  expect(RULES.forgery_reported.severity).toBe("high");
  expect(judge([act("token.revoked", { kind: "token", id: TOKEN })])).toEqual({});
});

describe("new country", () => {
  const atHome = { country: "DE", network: "192.0.2.0/24" };

  test("is told once, of a token that is accepted from elsewhere than where it was issued and used", () => {
    const found = judge(
      [
        use({ ip: "192.0.2.1", country: "DE" }),
        use({ ip: "198.51.100.1", country: "BR", afterMs: 1_000 }),
        use({ ip: "198.51.100.1", country: "BR", afterMs: 2_000 }),
      ],
      { known: memories(atHome) },
    );
    expect(found.new_country).toMatchObject({ count: 1, facts: { country: "BR", before: "DE" } });
    expect(saysOf(found.new_country as Raised)).toBe(
      "Accepted from 198.51.100.1 in Brazil, asking for GET /invoices. Before that it came from Germany only.",
    );
  });

  test("is not told of the first place where none is known, nor of a refused attempt, which teaches none", () => {
    expect(judge([use({ country: "BR" })])).toEqual({});
    const refused = use({ country: "BR", refusal: "audience" });
    expect(judge([refused], { known: memories(atHome) })).toEqual({});
    expect(judge([refused, use({ country: "BR", afterMs: 1 })], { known: memories(atHome) })).toHaveProperty(
      "new_country",
    );
  });

  test("is not told of a country that is usual for the client", () => {
    const tuned = { new_country: { countries: ["BR"] } };
    expect(judge([use({ country: "BR" })], { known: memories(atHome), tuned })).toEqual({});
    expect(judge([use({ country: "FR" })], { known: memories(atHome), tuned })).toHaveProperty("new_country");
  });
});

test("many networks are told from the fifth on, and none of them twice while it is remembered", () => {
  const from = (n: number) => use({ ip: `198.51.${n}.1`, afterMs: n });
  expect(judge([1, 2, 3, 4].map(from))).toEqual({});
  const found = judge([1, 2, 3, 4, 5, 5, 1, 6].map((n, at) => use({ ip: `198.51.${n}.1`, afterMs: at })));
  expect(found.new_network).toMatchObject({ count: 2, facts: { network: "198.51.6.0/24" } });
});

test("a numbered network is one whatever its addresses, and is told by name", () => {
  const ofNetwork = (network: string, networkName: string | null, n: number) =>
    use({ ip: `198.51.${n}.1`, network, networkName, afterMs: n });
  const one = [1, 2, 3, 4, 5, 6].map((n) => ofNetwork("AS64496", "Sample Mobile", n));
  expect(judge(one)).toEqual({});
  const others = [2, 3, 4, 5].map((n) => ofNetwork(`AS6449${n}`, "Sample Cable", n));
  const found = judge([...one, ...others]);
  expect(found.new_network).toMatchObject({
    count: 1,
    facts: { network: "AS64495", networkName: "Sample Cable", before: 4 },
  });
  expect(saysOf(found.new_network as Raised)).toContain("the network Sample Cable (AS64495) after 4 others");
});

describe("burst", () => {
  /** So many minutes of so many uses of one token each. */
  const usualDays = (minutes: number, uses: number) =>
    Array.from({ length: minutes }, (_, minute) =>
      series(uses, 100, { afterMs: minute * 60_000, tokenId: uuidv7(T0 + minute) }),
    ).flat();

  test("is told once a minute, of a token that is used ten times as often as its client's tokens are", () => {
    const storm = series(700, 50, { afterMs: 20 * 60_000, ip: "203.0.113.7" });
    const found = judge([...usualDays(20, 40), ...storm]);
    expect(found.burst).toMatchObject({ subject: { id: TOKEN }, count: 1, facts: { uses: 400, usual: 40 } });
    // the evidence is all of its minute, up to the one that was too many
    const [minute] = found.burst?.series ?? [];
    expect(minute).toMatchObject({ tokenId: TOKEN, refusal: null, uses: 400 });
    expect((minute?.since.getTime() ?? 1) % 60_000).toBe(0);
    expect(saysOf(found.burst as Raised)).toContain("Used 400 times or more within a minute");
  });

  test("is not told of a client that is always so busy, nor of a quiet one below the floor", () => {
    expect(judge(usualDays(30, 500))).toEqual({});
    expect(judge([...usualDays(20, 2), ...series(250, 50, { afterMs: 20 * 60_000 })])).toEqual({});
  });

  test("is not told before enough is known of the client, and does not become usual by itself", () => {
    expect(judge([...usualDays(5, 40), ...series(700, 50, { afterMs: 5 * 60_000 })])).toEqual({});
    const storms = [20, 21, 22].flatMap((minute) => series(700, 50, { afterMs: minute * 60_000 }));
    expect(judge([...usualDays(20, 40), ...storms]).burst?.count).toBeGreaterThanOrEqual(2);
  });

  test("is found in what a cut-off verifier tells late, though the token was used elsewhere since", () => {
    const now = use({ afterMs: 90 * 60_000 });
    const backlog = series(700, 50, { afterMs: 20 * 60_000, source: "report" });
    const { burst } = judge([...usualDays(20, 40), now, ...backlog]);
    expect(burst).toMatchObject({ subject: { id: TOKEN }, count: 1, facts: { uses: 400 } });
    // an owner who goes on calling meanwhile does not break the count
    const between = backlog.flatMap((late, n) =>
      n % 10 === 0 ? [late, use({ afterMs: 90 * 60_000 + n * 80 })] : [late],
    );
    expect(judge([...usualDays(20, 40), now, ...between]).burst?.lastAt).toEqual(
      new Date(T0 + 20 * 60_000 + 399 * 50),
    );
  });

  test("is found by two verifiers whose clocks disagree, half of the minute each", () => {
    const storm = series(700, 50, { afterMs: 20 * 60_000 });
    const ahead = use({ afterMs: 21 * 60_000 });
    expect(
      judge([...usualDays(20, 40), ...storm.slice(0, 200), ahead, ...storm.slice(200)]).burst,
    ).toMatchObject({ facts: { uses: 400 } });
  });

  test("counts a report by when the use was: an hour's uses that are told at once are none", () => {
    const told = Array.from({ length: 600 }, (_, n) =>
      use({ source: "report", afterMs: 20 * 60_000 + n * 6_000 }),
    );
    expect(judge([...usualDays(20, 40), ...told])).toEqual({});
  });
});

test("what is tuned out of its bounds is brought back inside, and what a rule does not know is left out", () => {
  expect(
    settingsOf("burst", { isOn: true, values: { uses: 1, times: 9_999, other: 5 }, countries: ["DE"] }),
  ).toEqual({
    isOn: true,
    values: { uses: 10, times: 1_000 },
    countries: [],
  });
});
