import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIFETIME_RANGES, lifetimeProblems } from "../organisation/model.ts";
import { clientLifetimeProblems } from "./client-lifetime-problems.ts";
import { DEFAULT_LIFETIMES, SERVICE, WEB } from "./lifetime-fixture.ts";
import {
  type AudienceLimit,
  boundsOf,
  CLIENT_LIFETIME_KEYS,
  CLIENT_SETTING_KEYS,
  DEVICE_GRANT,
  type LIFETIMES,
  type LifetimeSubject,
  lifetimesOf,
  NO_LIFETIMES,
  type OrganisationLifetimes,
  ownKeyOf,
} from "./model.ts";
import { resolveLifetime, resolveLifetimes, resolveRotation } from "./resolve.ts";

const ALL_GRANTS = ["authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT];

/** Organisations as they can be saved: whatever is drawn, put into an order that contradicts nothing. */
const organisations: fc.Arbitrary<OrganisationLifetimes> = fc
  .record({
    ...(Object.fromEntries(
      Object.entries(LIFETIME_RANGES).map(([key, { min, max }]) => [key, fc.integer({ min, max })]),
    ) as Record<keyof typeof LIFETIME_RANGES, fc.Arbitrary<number>>),
    rotatesConfidentialRefreshTokens: fc.boolean(),
  })
  .map((drawn) => {
    const sorted = (...keys: (keyof typeof LIFETIME_RANGES)[]) => {
      const values = keys.map((key) => drawn[key]).sort((a, b) => a - b);
      keys.forEach((key, index) => {
        drawn[key] = values[index] as number;
      });
    };
    sorted("accessTokenTtlMinSeconds", "accessTokenTtlSeconds", "accessTokenTtlMaxSeconds");
    sorted("sessionIdleSeconds", "sessionAbsoluteSeconds");
    sorted("refreshGraceSeconds", "refreshGraceMaxSeconds");
    sorted("authorizationCodeTtlSeconds", "authorizationCodeTtlMaxSeconds");
    sorted("idTokenTtlSeconds", "idTokenTtlMaxSeconds");
    sorted("deviceCodeTtlSeconds", "deviceCodeTtlMaxSeconds");
    drawn.serviceTokenTtlSeconds = drawn.accessTokenTtlSeconds;
    drawn.refreshTokenIdleSeconds = Math.max(drawn.refreshTokenIdleSeconds, drawn.accessTokenTtlSeconds);
    drawn.refreshTokenIdleMaxSeconds = Math.max(
      drawn.refreshTokenIdleMaxSeconds,
      drawn.refreshTokenIdleSeconds,
    );
    drawn.refreshTokenAbsoluteSeconds = Math.max(
      drawn.refreshTokenAbsoluteSeconds,
      drawn.refreshTokenIdleSeconds,
    );
    drawn.refreshTokenAbsoluteMaxSeconds = Math.max(
      drawn.refreshTokenAbsoluteMaxSeconds,
      drawn.refreshTokenAbsoluteSeconds,
    );
    return drawn;
  });

const own = (key: keyof typeof LIFETIME_RANGES) =>
  fc.option(fc.integer({ min: LIFETIME_RANGES[key].min, max: LIFETIME_RANGES[key].max }), { nil: null });

/** Clients with any settings in the ranges, also such as bounds that were narrowed later would refuse. */
const clients: fc.Arbitrary<LifetimeSubject> = fc
  .record({
    ...(Object.fromEntries(CLIENT_LIFETIME_KEYS.map((key) => [key, own(key)])) as Record<
      (typeof CLIENT_LIFETIME_KEYS)[number],
      fc.Arbitrary<number | null>
    >),
    rotatesRefreshTokens: fc.option(fc.boolean(), { nil: null }),
    grantTypes: fc.subarray(ALL_GRANTS),
    isConfidential: fc.boolean(),
    isSenderConstrained: fc.boolean(),
  })
  .map((client) => ({ ...client }));

const limits: fc.Arbitrary<AudienceLimit[]> = fc.array(
  fc.record({
    name: fc.constantFrom("payments-api", "ledger-api"),
    accessTokenTtlMaxSeconds: fc.option(fc.integer({ min: 60, max: 86_400 }), { nil: null }),
  }),
  { maxLength: 3 },
);

describe("a resolved lifetime", () => {
  test("the organisations that are drawn contradict nothing", () => {
    fc.assert(
      fc.property(organisations, ({ rotatesConfidentialRefreshTokens: _, ...drawn }) => {
        expect(lifetimeProblems(drawn)).toEqual([]);
      }),
    );
  });

  test("never leaves the organisation's bounds or what an audience takes, whatever the client says", () => {
    fc.assert(
      fc.property(organisations, clients, limits, (organisation, client, audiences) => {
        for (const { key, seconds } of resolveLifetimes(client, organisation, audiences)) {
          const { min, max } = boundsOf(ownKeyOf(key), organisation);
          expect(seconds).toBeLessThanOrEqual(max);
          const isAccess = key === "accessTokenTtlSeconds" || key === "serviceTokenTtlSeconds";
          const takes = audiences.flatMap((one) => one.accessTokenTtlMaxSeconds ?? []);
          if (isAccess) for (const most of takes) expect(seconds).toBeLessThanOrEqual(most);
          // bounds above which nobody may go are stronger than those below
          if (isAccess && takes.length === 0) expect(seconds).toBeGreaterThanOrEqual(min);
        }
      }),
    );
  });

  test("keeps access ≤ idle ≤ absolute, and a session idle no longer than it lives", () => {
    fc.assert(
      fc.property(organisations, clients, limits, (organisation, client, audiences) => {
        const of = (key: (typeof LIFETIMES)[number]) =>
          resolveLifetime(key, client, organisation, audiences).seconds;
        expect(of("refreshTokenIdleSeconds")).toBeLessThanOrEqual(of("refreshTokenAbsoluteSeconds"));
        expect(of("sessionIdleSeconds")).toBeLessThanOrEqual(of("sessionAbsoluteSeconds"));
        if (client.grantTypes.includes("refresh_token"))
          expect(of("accessTokenTtlSeconds")).toBeLessThanOrEqual(of("refreshTokenIdleSeconds"));
      }),
    );
  });

  test("is the organisation's default of a client that says nothing, where no audience says less", () => {
    fc.assert(
      fc.property(organisations, (organisation) => {
        const silent = { ...WEB, grantTypes: ALL_GRANTS };
        for (const { key, seconds, decidedBy } of resolveLifetimes(silent, organisation)) {
          if (key === "devicePollSeconds") continue;
          expect(seconds).toBe(organisation[key]);
          expect(decidedBy).toEqual({ from: "organisation", setting: key });
        }
      }),
    );
  });

  test("is exactly what was saved where the organisation's bounds allow it", () => {
    fc.assert(
      fc.property(organisations, clients, (organisation, drawn) => {
        const client = { ...drawn };
        const all = new Set(CLIENT_SETTING_KEYS);
        for (let problems = clientLifetimeProblems(client, organisation, all); problems.length > 0; ) {
          // what would be refused is left to the organisation
          for (const { path } of problems) Object.assign(client, { [path]: null });
          problems = clientLifetimeProblems(client, organisation, all);
        }
        for (const resolved of resolveLifetimes(client, organisation)) {
          const mine = client[ownKeyOf(resolved.key)];
          if (mine !== null) expect(resolved).toMatchObject({ seconds: mine, limitedBy: null });
        }
      }),
    );
  });

  test("names one winner, and a bound that held it exactly where the value is another", () => {
    fc.assert(
      fc.property(organisations, clients, limits, (organisation, client, audiences) => {
        for (const { key, seconds, limitedBy, steps } of resolveLifetimes(client, organisation, audiences)) {
          const [winner, ...others] = steps.filter((step) => step.outcome === "wins");
          expect(others).toEqual([]);
          expect(winner?.seconds).toBe(client[ownKeyOf(key)] ?? organisation[key]);
          const limiting = steps.filter((step) => step.outcome === "limits");
          expect(limiting.map((step) => step.source)).toEqual(limitedBy === null ? [] : [limitedBy]);
          if (limitedBy === null) expect(seconds).toBe(winner?.seconds);
          else expect(limiting[0]?.seconds).toBe(seconds);
        }
      }),
    );
  });

  test.each([
    [WEB, null, 3_600, "organisation"],
    [SERVICE, null, 600, "organisation"],
    [SERVICE, 900, 900, "client"],
    [WEB, 86_400, 7_200, "client"],
    [WEB, 60, 300, "client"],
  ] as const)("%o with %s of its own gets %s seconds by %s", (client, mine, seconds, from) => {
    const organisation = {
      ...DEFAULT_LIFETIMES,
      accessTokenTtlMinSeconds: 300,
      accessTokenTtlMaxSeconds: 7_200,
    };
    const [resolved] = resolveLifetimes({ ...client, accessTokenTtlSeconds: mine }, organisation);
    expect(resolved).toMatchObject({ seconds, decidedBy: { from } });
  });

  test("of a device's client are its codes and tokens, and none of the authorization code", () => {
    expect(lifetimesOf([DEVICE_GRANT])).toEqual([
      "accessTokenTtlSeconds",
      "idTokenTtlSeconds",
      "sessionIdleSeconds",
      "sessionAbsoluteSeconds",
      "deviceCodeTtlSeconds",
      "devicePollSeconds",
    ]);
  });
});

describe("a client's own lifetimes", () => {
  const problems = (change: Partial<LifetimeSubject>, of: LifetimeSubject = WEB) =>
    clientLifetimeProblems(
      { ...of, ...change },
      { ...DEFAULT_LIFETIMES, accessTokenTtlMaxSeconds: 7_200, refreshTokenIdleMaxSeconds: 864_000 },
      new Set(CLIENT_SETTING_KEYS.filter((key) => key in change)),
    ).map(({ path }) => path);

  test.each([
    [{ accessTokenTtlSeconds: 7_201 }, "accessTokenTtlSeconds"],
    [{ refreshTokenIdleSeconds: 864_001 }, "refreshTokenIdleSeconds"],
    [{ refreshTokenIdleSeconds: 7_200, refreshTokenAbsoluteSeconds: 3_600 }, "refreshTokenIdleSeconds"],
    [{ accessTokenTtlSeconds: 7_200, refreshTokenIdleSeconds: 3_600 }, "accessTokenTtlSeconds"],
    [{ sessionAbsoluteSeconds: 36_001 }, "sessionAbsoluteSeconds"],
    [{ sessionIdleSeconds: 1_200, sessionAbsoluteSeconds: 600 }, "sessionIdleSeconds"],
    [{ deviceCodeTtlSeconds: 600 }, "deviceCodeTtlSeconds"],
  ])("refuses %o by naming %s", (change, path) => {
    expect(problems(change)).toContain(path);
  });

  test("takes what is inside, also where a longer default of the organisation gives way to it", () => {
    expect(problems({ accessTokenTtlSeconds: 7_200, refreshTokenIdleSeconds: 864_000 })).toEqual([]);
    expect(problems({ refreshTokenAbsoluteSeconds: 600 })).toEqual([]);
  });

  test("an old setting that new bounds would refuse does not stand in the way of another change", () => {
    const old = { ...WEB, accessTokenTtlSeconds: 80_000 };
    expect(problems({ refreshGraceSeconds: 10 }, old)).toEqual([]);
  });

  test("a client that keeps no secret cannot keep its refresh tokens", () => {
    const spa = { ...WEB, isConfidential: false };
    expect(problems({ rotatesRefreshTokens: false }, spa)).toEqual(["rotatesRefreshTokens"]);
    expect(problems({ rotatesRefreshTokens: false })).toEqual([]);
    expect(problems({ rotatesRefreshTokens: false }, SERVICE)).toEqual(["rotatesRefreshTokens"]);
  });
});

describe("rotation", () => {
  test.each([
    [false, false, false, true, "kind"],
    [false, true, false, false, "client"],
    [true, false, null, true, "organisation"],
    [true, false, false, false, "client"],
  ] as const)(
    "confidential %s, bound to a key %s, own setting %s: %s by %s",
    (isConfidential, isSenderConstrained, rotatesRefreshTokens, rotates, decidedBy) => {
      const client = { ...NO_LIFETIMES, isConfidential, isSenderConstrained, rotatesRefreshTokens };
      expect(resolveRotation(client, DEFAULT_LIFETIMES)).toEqual({ rotates, decidedBy });
    },
  );
});
