import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { type People, REDIRECT_URI } from "./engine/test-people.ts";
import type { seedRegistry } from "./test-authority.ts";
import { basic, type Flood, forgedFrom, type Sent } from "./test-flood.ts";

/** What a bound lets through in a second, and how many seconds' worth of that at once after a pause. */
const ALLOWED = {
  garbage: { perSecond: 50, burstSeconds: 2 },
  credentials: { perSecond: 20, burstSeconds: 10 },
  authorizations: { perSecond: 50, burstSeconds: 2 },
};
/** What one caller may have under way and waiting beside others. */
export const SHARE = 16;
export const LINE = 1_000;
/** Twice what a caller may have under way and waiting: some of it lies in the answers that the sender has not read yet. */
const BEYOND = 2 * (SHARE + LINE);

export type Rate = keyof typeof ALLOWED;
export type Bound = Rate | "share";

/** Sees that a flood met its bound, and got no more through than that lets. */
export function expectThrottled(bound: Rate, answered: Sent["statusCodeStats"], seconds: number): void {
  const over = answered["429"]?.count ?? 0;
  expect(over, JSON.stringify(answered)).toBeGreaterThan(0);
  const all = Object.values(answered).reduce((sum, { count }) => sum + count, 0);
  // what is answered in the second after the last one was sent was let through in it too
  const { perSecond, burstSeconds } = ALLOWED[bound];
  expect(all - over, JSON.stringify(answered)).toBeLessThanOrEqual(perSecond * (burstSeconds + seconds + 2));
}

/** Whose floods they are. `own` is a token of the service that the billing verifier may ask about. */
export type Floodable = { registry: Awaited<ReturnType<typeof seedRegistry>>; people: People; own: string };

const push = ({ people }: Floodable) =>
  new URLSearchParams({
    client_id: people.web.clientId,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: "openid",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  }).toString();

const madeUp = (prefix: "twa_" | "twr_") => makeOpaque(prefix, uuidv7(new Date()));

/** Floods that nobody's share stops, for who sends them needs no name or has the right one; what they leave in the engine's store. */
export const UNNAMED: [string, (of: Floodable) => Flood, Rate, "nothing" | "what was answered 201"][] = [
  [
    "a flood of sign-outs by nobody",
    () => ({ address: "/oauth/logout", authorization: null, body: null, perSecond: 1_500, connections: 300 }),
    "authorizations",
    "nothing",
  ],
  [
    "a flood of forged tokens at userinfo",
    ({ own }) => ({
      address: "/oauth/userinfo",
      authorization: `Bearer ${forgedFrom(own)}`,
      body: null,
      perSecond: 1_500,
      connections: 300,
    }),
    "garbage",
    "nothing",
  ],
  [
    "a flood of made-up opaque tokens at userinfo",
    () => ({
      address: "/oauth/userinfo",
      authorization: `Bearer ${madeUp("twa_")}`,
      body: null,
      perSecond: 1_500,
      connections: 300,
    }),
    "garbage",
    "nothing",
  ],
  [
    "a client's flood of made-up refresh tokens",
    ({ people }) => ({
      address: "/oauth/token",
      authorization: basic(people.web.clientId, people.web.secret ?? ""),
      body: `grant_type=refresh_token&refresh_token=${madeUp("twr_")}`,
      perSecond: 1_000,
      connections: 300,
    }),
    "garbage",
    "nothing",
  ],
  [
    "a client's flood of pushed authorization requests",
    (of) => ({
      address: "/oauth/par",
      authorization: basic(of.people.web.clientId, of.people.web.secret ?? ""),
      body: push(of),
      perSecond: 1_000,
      connections: 300,
    }),
    "authorizations",
    "what was answered 201",
  ],
];

export const FLOODS: [string, (of: Floodable) => Flood, Bound | null][] = [
  [
    "a verifier's flood of forged tokens",
    ({ own, registry }) => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${forgedFrom(own)}`,
      perSecond: 1_500,
      connections: 50,
    }),
    "garbage",
  ],
  [
    "a flood of wrong secrets at introspection",
    ({ own }) => ({
      address: "/oauth/introspect",
      authorization: `Bearer twv_${randomBytes(32).toString("base64url")}`,
      body: `token=${own}`,
      perSecond: 2_000,
      connections: 50,
    }),
    "credentials",
  ],
  [
    "a flood of wrong secrets at the token endpoint",
    ({ registry }) => ({
      address: "/oauth/token",
      authorization: basic(registry.jwtService.clientId, "wrong"),
      body: "grant_type=client_credentials",
      perSecond: 1_000,
      connections: 50,
    }),
    "credentials",
  ],
  [
    "one verifier's good traffic",
    ({ own, registry }) => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${own}`,
      perSecond: 1_500,
      connections: 100,
    }),
    null,
  ],
  [
    "one client's token requests",
    ({ registry }) => ({
      address: "/oauth/token",
      authorization: basic(registry.jwtService.clientId, registry.jwtService.secret),
      body: "grant_type=client_credentials",
      perSecond: 400,
      connections: 50,
    }),
    null,
  ],
  [
    "one verifier's good traffic without a pause, on more connections than its line is long",
    ({ own, registry }) => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${own}`,
      perSecond: null,
      connections: BEYOND,
    }),
    "share",
  ],
  [
    "one gateway's good traffic without a pause, on more connections than its line is long",
    ({ own, registry }) => ({
      address: "/verify",
      authorization: `Bearer ${own}`,
      verifier: registry.verifiers.billing.secret,
      body: null,
      perSecond: null,
      connections: BEYOND,
    }),
    "share",
  ],
  [
    "one client's token requests without a pause, on more connections than its line is long",
    ({ registry }) => ({
      address: "/oauth/token",
      authorization: basic(registry.jwtService.clientId, registry.jwtService.secret),
      body: "grant_type=client_credentials",
      perSecond: null,
      connections: BEYOND,
    }),
    "share",
  ],
  [
    "a verifier's forged tokens without a pause, on more connections than its line is long",
    ({ own, registry }) => ({
      address: "/oauth/introspect",
      authorization: `Bearer ${registry.verifiers.billing.secret}`,
      body: `token=${forgedFrom(own)}`,
      perSecond: null,
      connections: BEYOND,
    }),
    "garbage",
  ],
  [
    "a client's made-up refresh tokens without a pause, on more connections than its line is long",
    ({ people }) => ({
      address: "/oauth/token",
      authorization: basic(people.web.clientId, people.web.secret ?? ""),
      body: `grant_type=refresh_token&refresh_token=${madeUp("twr_")}`,
      perSecond: null,
      connections: BEYOND,
    }),
    "garbage",
  ],
  ...UNNAMED.map(([name, make, bound]): [string, (of: Floodable) => Flood, Bound | null] => [
    name,
    make,
    bound,
  ]),
];
