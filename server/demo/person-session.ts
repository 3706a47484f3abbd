import type { SampleClient } from "#lib/demo/sample-clients.ts";
import type { Origin } from "./authority-door.ts";
import { Unreachable } from "./http-exchange.ts";
import { createPatience } from "./patience.ts";
import { between, identityOf, type Stage } from "./stage.ts";
import { giveBack, type HeldPair, type HeldToken, Refusal, refreshTokens } from "./tokens.ts";
import { useToken } from "./use-token.ts";

const RENEW_AT = 0.15;
const RENEW_AT_MS = 30_000;
const PATIENCE_MS = [45_000, 120_000] as const;
/** Most people look in briefly, some stay. */
const STAYS = 0.3;
const BRIEF_MS = [120_000, 480_000] as const;
const LONG_MS = [600_000, 2_400_000] as const;
const SIGNS_OUT = 0.35;

/** A person at work in one application, from sign-in until they leave. */
export type PersonSession = {
  readonly clientId: string;
  readonly token: HeldToken;
  readonly from: Origin;
  readonly isOver: boolean;
  /** Uses the token once. Never throws. */
  act(): Promise<void>;
  /** Renews the token where it is time to, or now; ends the session whose time has come. Never throws. */
  keepUp(renewsNow: boolean): Promise<void>;
};

export type SessionOptions = {
  client: SampleClient;
  from: Origin;
  pair: HeldPair;
  /** Told of an access token that its owner let go of. */
  onLeft: (token: HeldToken) => void;
};

export function createPersonSession(stage: Stage, options: SessionOptions): PersonSession {
  const { client, from, onLeft } = options;
  const identity = identityOf(stage, client.clientId);
  const patience = createPatience(...PATIENCE_MS);
  const [shortestMs, longestMs] = Math.random() < STAYS ? LONG_MS : BRIEF_MS;
  const endsAtMs = Date.now() + between(shortestMs, longestMs);
  let { pair } = options;
  let isOver = false;
  let renewing: Promise<void> | null = null;

  async function renew(): Promise<void> {
    try {
      if (pair.refreshValue === null) {
        isOver = true;
        return;
      }
      const next = await refreshTokens(stage.door, identity, pair.refreshValue, from);
      onLeft(pair.access);
      pair = next;
      patience.reset();
    } catch (error) {
      if (error instanceof Unreachable) return stage.gate.close();
      if (!(error instanceof Refusal)) throw error;
      isOver = true;
    } finally {
      renewing = null;
    }
  }

  async function leave(): Promise<void> {
    isOver = true;
    onLeft(pair.access);
    if (pair.refreshValue === null || Math.random() >= SIGNS_OUT) return;
    await giveBack(stage.door, identity, pair.refreshValue, from).catch(() => stage.gate.close());
  }

  return {
    clientId: client.clientId,
    from,
    get token() {
      return pair.access;
    },
    get isOver() {
      return isOver;
    },
    async act() {
      const outcome = await useToken(stage, pair.access, from);
      if (outcome === "ok") patience.reset();
      if (outcome !== "unauthorized" || !patience.isOver(Date.now())) return;
      renewing ??= renew();
      await renewing;
    },
    async keepUp(renewsNow) {
      const nowMs = Date.now();
      if (nowMs >= endsAtMs) return leave();
      const leftMs = pair.access.expiresAtMs - nowMs;
      if (!renewsNow && leftMs > Math.max(RENEW_AT_MS, pair.access.lifetimeMs * RENEW_AT)) return;
      renewing ??= renew();
      await renewing;
    },
  };
}
