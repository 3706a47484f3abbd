import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OverviewKey } from "./model.ts";

const DAY_MS = 86_400_000;
/** A key that signs longer than this should be rotated. */
const ROTATE_AFTER_DAYS = 90;

type KeyRecord = {
  kid: string;
  purpose: string;
  algorithm: string;
  state: string;
  createdAt: Date;
  activatedAt: Date | null;
};

function healthOf(key: KeyRecord, ageDays: number): Pick<OverviewKey, "health" | "says"> {
  switch (key.state) {
    case "active":
      return ageDays > ROTATE_AFTER_DAYS
        ? { health: "attention", says: `Signs for ${ageDays} days: rotate it.` }
        : {
            health: "good",
            says:
              ageDays === 0
                ? "Signs since today."
                : `Signs for ${ageDays === 1 ? "1 day" : `${ageDays} days`}.`,
          };
    case "standby":
      return { health: "good", says: "Published; signs when its time comes." };
    case "retiring":
      return { health: "good", says: "Signs no more; what it signed is still accepted." };
    case "compromised":
      return { health: "attention", says: "Compromised: nothing it signed is accepted." };
    default:
      return { health: "attention", says: `In the state ${key.state}.` };
  }
}

/** The keys that sign or verify, and whether one needs somebody to look at it. */
export async function readKeyHealth(ctx: Context): Promise<OverviewKey[]> {
  const keys = await run<KeyRecord>(
    ctx.db,
    sql`SELECT kid, purpose, algorithm, state, created_at AS "createdAt", activated_at AS "activatedAt" FROM signing_key
      WHERE state IN ('active', 'standby', 'retiring', 'compromised')
      ORDER BY array_position(ARRAY['active', 'standby', 'retiring', 'compromised'], state), purpose, created_at DESC LIMIT 20`,
  );
  return keys.map((key) => {
    const since = key.activatedAt ?? key.createdAt;
    const ageDays = Math.max(0, Math.floor((ctx.now.getTime() - since.getTime()) / DAY_MS));
    return {
      kid: key.kid,
      purpose: key.purpose,
      algorithm: key.algorithm,
      state: key.state,
      ageDays,
      ...healthOf(key, ageDays),
      href: `/keys/${encodeURIComponent(key.kid)}`,
    };
  });
}
