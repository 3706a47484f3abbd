import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openAuthority } from "./authority.ts";
import { openKeySet } from "./key-set.ts";
import { parseOptions } from "./options.ts";
import { AUDIENCE, type Peer, startPeer } from "./test-peer.ts";

vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

let peer: Peer;
let closing: AbortController;

beforeEach(async () => {
  peer = await startPeer();
  closing = new AbortController();
});

afterEach(async () => {
  closing.abort();
  await peer.stop();
});

function open(keysMaxAgeMs: number, secret?: string) {
  const settings = {
    ...parseOptions({
      issuer: peer.issuer,
      audience: AUDIENCE,
      revocation: "none",
      ...(secret === undefined ? {} : { secret }),
    }),
    keysMaxAgeMs,
  };
  const authority = openAuthority(settings, closing.signal);
  const told: string[] = [];
  const keys = openKeySet({
    authority,
    name: "keys",
    settings,
    tell: ({ type }) => told.push(type),
    closing: closing.signal,
  });
  return { keys, told };
}

const fetched = () => peer.seen.requests.filter((one) => one === "GET /oauth/jwks").length;

// a machine that is busy for half a second at once makes them older: it has to hold once
test("keys that no token asks for are fetched again before they are old", { retry: 2 }, async () => {
  const { keys } = open(500);
  const tending = keys.tend();
  let oldest = 0;
  await expect
    .poll(
      () => {
        // the first request is seen before its answer has come, the second is not made before
        if (fetched() > 1) oldest = Math.max(oldest, keys.ageMs);
        return fetched();
      },
      { interval: 20 },
    )
    .toBeGreaterThan(3);
  expect(oldest).toBeLessThan(1_000);
  closing.abort();
  await tending;
});

test("keys that cannot be fetched grow old, are said to be, and are young again by themselves", async () => {
  const { keys, told } = open(500);
  void keys.tend();
  await expect.poll(fetched).toBe(1);
  peer.override = (request, _response, url) => {
    if (url.pathname !== "/oauth/jwks") return false;
    request.destroy();
    return true;
  };
  await expect.poll(() => keys.ageMs).toBeGreaterThan(1_000);
  expect(told).toContain("keys_unavailable");
  peer.override = () => false;
  await expect.poll(() => keys.ageMs).toBeLessThan(500);
});

test("keys are asked for with the secret where there is one, and their kids are told", async () => {
  const shown: (string | undefined)[] = [];
  peer.override = (request, _response, url) => {
    if (url.pathname === "/oauth/jwks") shown.push(request.headers.authorization);
    return false;
  };
  const secret = `twv_${"s".repeat(43)}`;
  const { keys } = open(60_000, secret);
  expect(keys.kids).toEqual([]);
  await keys.reload();
  expect(keys.kids).toEqual(["t1"]);
  await open(60_000).keys.reload();
  expect(shown).toEqual([`Bearer ${secret}`, undefined]);
});

test("keys are fetched again as often as the authority says where that is sooner than the option, and as the option says where it is not", async () => {
  let maxAge = "public, max-age=1";
  peer.override = (_request, response, url) => {
    if (url.pathname === "/oauth/jwks") response.setHeader("cache-control", maxAge);
    return false;
  };
  const { keys } = open(60_000);
  const tending = keys.tend();
  await expect.poll(fetched).toBeGreaterThan(2);
  maxAge = "public, max-age=86400";
  const before = fetched();
  await expect.poll(fetched).toBe(before + 1);
  const settled = fetched();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(fetched()).toBe(settled);
  closing.abort();
  await tending;
});
