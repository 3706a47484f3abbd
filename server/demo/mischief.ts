import { randomBytes } from "node:crypto";
import { OPERATIONS } from "./operations.ts";
import type { PersonSession } from "./person-session.ts";
import { pick, type Stage } from "./stage.ts";
import type { HeldToken } from "./tokens.ts";

const MAX_OLD = 30;

/** Calls that go wrong on purpose: what people and programs get wrong every day. */
export type Mischief = {
  /** Remembers a token that was let go of, to try it once it has expired. */
  keepOld(token: HeldToken): void;
  /** One wrong call. Never throws. */
  act(sessions: readonly PersonSession[]): Promise<void>;
};

function garbage(): string {
  const noise = (bytes: number) => randomBytes(bytes).toString("base64url");
  switch (Math.floor(Math.random() * 3)) {
    case 0:
      return noise(32);
    case 1:
      return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${noise(48)}.`;
    default:
      return `${Buffer.from('{"alg":"ES256","typ":"at+jwt"}').toString("base64url")}.${noise(60)}.${noise(64)}`;
  }
}

export function createMischief({ apis }: Stage): Mischief {
  const old: HeldToken[] = [];
  const anywhere = () => ({
    ip: `203.0.113.${1 + Math.floor(Math.random() * 254)}`,
    userAgent: "curl/8.19.0",
  });

  async function callWithout(session: PersonSession, isElsewhere: boolean): Promise<void> {
    const own = new Set(
      OPERATIONS.filter(({ permission }) => session.token.scopes.has(permission)).map(
        ({ audience }) => audience,
      ),
    );
    const operation = pick(
      OPERATIONS.filter(
        ({ audience, permission }) =>
          own.has(audience) !== isElsewhere && !session.token.scopes.has(permission),
      ),
    );
    if (operation !== undefined) await apis.call(operation, session.token.value, session.from);
  }

  async function callExpired(): Promise<boolean> {
    const expired = pick(old.filter(({ expiresAtMs }) => expiresAtMs < Date.now()));
    const operation = pick(OPERATIONS.filter(({ permission }) => expired?.scopes.has(permission)));
    if (expired === undefined || operation === undefined) return false;
    await apis.call(operation, expired.value, anywhere());
    return true;
  }

  return {
    keepOld(token) {
      // those that end first are of use first
      old.push(token);
      old.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
      old.length = Math.min(old.length, MAX_OLD);
    },
    async act(sessions) {
      const kind = Math.random();
      const session = pick(sessions);
      if (kind < 0.2) {
        const operation = pick(OPERATIONS);
        if (operation !== undefined) await apis.call(operation, garbage(), anywhere());
        return;
      }
      if (kind < 0.4 && (await callExpired())) return;
      if (session !== undefined) await callWithout(session, kind < 0.65);
    },
  };
}
