import { afterEach, beforeEach, expect, vi } from "vitest";
import type { VerifierError } from "./errors.ts";
import type { VerifierEvent } from "./events.ts";
import { createVerifier, type Verifier, type VerifierOptions } from "./index.ts";
import { AUDIENCE, type Peer, SECRET, startPeer } from "./test-peer.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

/** Of the test that runs: the other end of the wire, what its verifiers told, and the verifiers, which are closed after it. */
export let peer: Peer;
export let events: VerifierEvent[] = [];
export let verifiers: Verifier[] = [];

beforeEach(async () => {
  peer = await startPeer();
  events = [];
});

afterEach(async () => {
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
  await peer.stop();
});

/** A verifier of the test that follows the peer; it may not be ready yet. */
export function begin(options: Partial<VerifierOptions> = {}): Verifier {
  const verifier = createVerifier({
    issuer: peer.issuer,
    audience: AUDIENCE,
    secret: SECRET,
    reports: false,
    onEvent: (event) => events.push(event),
    ...options,
  });
  verifiers.push(verifier);
  return verifier;
}

/** The same, once it is ready. */
export async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = begin(options);
  await verifier.ready();
  return verifier;
}

/** Every verifier has its stream. */
export const listening = () => expect.poll(() => peer.streams.size).toBe(verifiers.length);

export function refuseFeed(): void {
  peer.override = (request) => {
    if (request.url?.startsWith("/revocations") !== true) return false;
    request.destroy();
    return true;
  };
}

export const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    ({ isStale }) => (isStale ? "good, stale" : "good"),
    (error: VerifierError) => error.code,
  );
/** How often it was told. */
export const told = (type: VerifierEvent["type"]) => events.filter((event) => event.type === type).length;
export const revoke = (kind: string, id: string) => ({ verb: "revoke", target: { kind, id } });
