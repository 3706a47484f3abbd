import { type Context, systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { advanceKeys } from "./advance-keys.ts";
import { compromiseKey } from "./compromise-key.ts";
import { ensureKeys } from "./ensure-keys.ts";
import { createKeyWrapper, type KeyWrapper } from "./key-wrapper.ts";
import type { EmergencyResult, KeyPurpose, RotationResult } from "./model.ts";
import { planEmergency } from "./plan-emergency.ts";
import { rotateKey } from "./rotate-key.ts";

/** What the ring's keys are wrapped under. */
export const MASTER_KEY = Buffer.alloc(32, 5);

export const why = { reason: "policy", note: "" } as const;

type Who = Parameters<typeof contextAs>[1];
type ActEntry = { act: string; who: string; reason: string | null; note: string | null };

/** A key ring on a database of its own, with two pools upon it. */
export type KeyRing = {
  db: Database;
  other: Database;
  wrapper: KeyWrapper;
  as(role: Who, on?: Database): Context;
  /** The same admin, now. */
  again(ctx: Context): Context;
  rotate(purpose?: KeyPurpose, ctx?: Context): Promise<RotationResult>;
  declare(kid: string, ctx?: Context, change?: object): Promise<EmergencyResult>;
  /** One step of a worker. */
  worker(on?: Database): Promise<boolean>;
  kidsIn(state: string, purpose?: string): Promise<string[]>;
  /** As if so much time had passed for a key. */
  age(kid: string, by?: string): Promise<void>;
  actsOn(kid: string): Promise<ActEntry[]>;
  end(): Promise<void>;
};

/** Keys as an authority makes them at its first start. */
export async function openKeyRing(): Promise<KeyRing> {
  const { url } = await testDatabase();
  const options = { url, role: "app", maxConnections: 4, applicationName: "test" } as const;
  const [db, other] = [openDatabase(options), openDatabase(options)];
  const wrapper = createKeyWrapper(MASTER_KEY);
  await ensureKeys(systemContext(db, "test"), wrapper);
  const as = (role: Who, on = db) => contextAs(on, role);
  const again = (ctx: Context): Context => ({ ...ctx, now: new Date() });
  return {
    db,
    other,
    wrapper,
    as,
    again,
    rotate: (purpose = "access_token", ctx = as("governor")) => rotateKey(ctx, wrapper, { purpose, ...why }),
    async declare(kid, ctx = as("owner"), change = {}) {
      const { plan } = await planEmergency(ctx, { kid });
      const given = { reason: "key_compromise", note: "found in a backup" } as const;
      return compromiseKey(again(ctx), wrapper, {
        kid,
        planId: plan.id,
        confirm: plan.confirm ?? "",
        ...given,
        ...change,
      });
    },
    worker: (on = db) => advanceKeys(systemContext(on, "worker")),
    async kidsIn(state, purpose = "access_token") {
      const rows = await db.query<{ kid: string }>(
        "SELECT kid FROM signing_key WHERE state = $1::text AND purpose = $2::text ORDER BY created_at",
        [state, purpose],
      );
      return rows.map((row) => row.kid);
    },
    async age(kid, by = "1 year") {
      await db.query(
        `UPDATE signing_key SET ready_at = ready_at - $2::interval, activates_at = activates_at - $2::interval, retires_at = retires_at - $2::interval
         WHERE kid = $1::text`,
        [kid, by],
      );
    },
    actsOn: (kid) =>
      db.query<ActEntry>(
        `SELECT act, actor_name AS who, reason, note FROM audit_entry WHERE target_kind = 'signing_key' AND target_id = $1::text AND outcome = 'done'
         ORDER BY sequence`,
        [kid],
      ),
    async end() {
      await other.end();
      await db.end();
    },
  };
}
