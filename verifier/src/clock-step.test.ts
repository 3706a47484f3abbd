import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openAuthority } from "./authority.ts";
import { FeedFollower } from "./feed-follower.ts";
import { FeedIntake } from "./feed-intake.ts";
import { createMessageReader } from "./feed-messages.ts";
import { openKeySet } from "./key-set.ts";
import { LastWord } from "./last-word.ts";
import { parseOptions } from "./options.ts";
import { AUDIENCE, type Peer, SECRET, startPeer } from "./test-peer.ts";

vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

const HOUR_MS = 3_600_000;
const SWEEP_MS = 20;

let peer: Peer;
let closing: AbortController;

beforeEach(async () => {
  peer = await startPeer();
  closing = new AbortController();
});

afterEach(async () => {
  vi.useRealTimers();
  closing.abort();
  await peer.stop();
});

/** Follows the peer, and forgets what is over many times a second. */
function follow() {
  const settings = parseOptions({ issuer: peer.issuer, audience: AUDIENCE, secret: SECRET });
  const authority = openAuthority(settings, closing.signal);
  const tell = () => undefined;
  const word = new LastWord(settings.clockToleranceSeconds * 1_000);
  const intake = new FeedIntake(word);
  const keys = openKeySet({ authority, name: "feedKeys", settings, tell, closing: closing.signal });
  const follower = new FeedFollower({
    authority,
    messages: createMessageReader(keys.get, settings.issuer),
    intake,
    instance: randomUUID(),
    tell,
    closing: closing.signal,
    maxStalenessMs: () => 60_000,
    onStatement: tell,
    onApplied: tell,
    sweepMs: SWEEP_MS,
  });
  void follower.run();
  return { intake, word };
}

/** Waits until some heartbeats have come, each of which lets the verifier sweep. */
async function sweptSince(intake: FeedIntake): Promise<void> {
  const before = intake.newestAt;
  await expect.poll(() => intake.newestAt).toBeGreaterThan(before + 10 * SWEEP_MS);
}

const revoke = (kind: string, id: string, expires: number) => ({
  verb: "revoke",
  target: { kind, id },
  expires,
});

test("a clock that steps two hours ahead and is set right again lets nothing be forgotten that can still be presented; what is over by the authority's clock goes", async () => {
  const { intake, word } = follow();
  await expect.poll(() => word.ageMs).toBeLessThan(1_000);
  const [token, family, over] = [randomUUID(), randomUUID(), randomUUID()];
  const now = Math.floor(Date.now() / 1_000);
  await peer.place(
    revoke("token", token, now + 300),
    revoke("family", family, now + 300),
    revoke("token", over, now - 1_200),
  );
  await expect.poll(() => intake.position).toBe(3);
  vi.setSystemTime(Date.now() + 2 * HOUR_MS);
  await sweptSince(intake);
  // by its own clock everything is long over
  expect(Date.now() / 1_000).toBeGreaterThan(now + 7_000);
  vi.useRealTimers();
  await sweptSince(intake);
  const standing = (id: string, its: string) =>
    intake.book?.standing(
      {
        id,
        family: its,
        session: null,
        user: null,
        client: "c",
        permissions: [],
        groups: [],
        audiences: [],
        signingKey: null,
        rootedAt: 0,
      },
      Date.now(),
    );
  expect(standing(token, token)).toBe("revoked");
  expect(standing(randomUUID(), family)).toBe("revoked");
  expect(intake.book?.size).toBe(2);
});
