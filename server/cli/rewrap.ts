import { randomBytes } from "node:crypto";
import type { Context } from "#lib/context.ts";
import type { Env } from "#lib/env.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { masterKeyId, nextMasterKeyFile, openMasterKeys, readMasterKeyFile } from "#lib/keys/master-keys.ts";
import { type RewrapResult, rewrapKeys } from "#lib/keys/rewrap-keys.ts";
import { openRootSecret, readKeyIdInForce } from "#lib/keys/root-secret.ts";
import { resealStates } from "#lib/protocol/reseal-states.ts";
import { createStateSeal } from "#lib/protocol/state-seal.ts";
import { aloneWithMasterKey, keepNextMasterKey, promoteNextMasterKey } from "#server/master-key-file.ts";
import { StartRefusal } from "#server/start-refusal.ts";

export type Rewrapped = {
  keyId: string;
  /** Null where an earlier run had wrapped everything and was killed before it was through. */
  wrapped: RewrapResult | null;
  /** Where the key before is kept; null where the environment gives the keys. */
  kept: string | null;
};

/** @throws {StartRefusal} where what is given as the new key is the present one. */
function nextKey(env: Env, inForce: string | null): Buffer {
  const isPresent = (key: Buffer | undefined) => key !== undefined && masterKeyId(key) === inForce;
  const refusal = new StartRefusal(
    "MASTER_KEY_NEXT is the master key in force: give another one (openssl rand -base64 32), or none; nothing was changed",
  );
  if (env.masterKey === undefined) {
    const begun = readMasterKeyFile(nextMasterKeyFile(env));
    if (begun !== null) {
      if (env.masterKeyNext !== undefined && !begun.equals(env.masterKeyNext))
        throw new StartRefusal(
          `a run of keys rewrap that was ended before it was through had begun with another key than MASTER_KEY_NEXT: it is in ${nextMasterKeyFile(env)}. Run keys rewrap without MASTER_KEY_NEXT to end that one, then again with it; nothing was changed`,
        );
      return begun;
    }
    if (isPresent(env.masterKeyNext)) throw refusal;
    return keepNextMasterKey(env, env.masterKeyNext ?? randomBytes(32));
  }
  if (env.masterKeyNext === undefined)
    throw new StartRefusal(
      "the master key is MASTER_KEY of the environment: give the new one as MASTER_KEY_NEXT (openssl rand -base64 32), to this command and to whatever runs",
    );
  // with the one before as MASTER_KEY, an earlier run may have been killed once it had wrapped everything
  if (isPresent(env.masterKey) && isPresent(env.masterKeyNext)) throw refusal;
  return env.masterKeyNext;
}

/**
 * Puts a new master key in the place of the present one, with everything wrapped under it. Killed at any step, it leaves a state in which all goes on,
 * and is finished by being run again: the new key is on disk before anything is wrapped by it; all is wrapped in one transaction; what runs reads both.
 *
 * @throws {DomainError} SEALED where the master key is not that of the database; nothing was changed then.
 * @throws {StartRefusal} where there is no new key, it is the one in force or another one than a run that was killed had begun with, or another run is at work.
 */
export async function rewrap(ctx: Context, env: Env): Promise<Rewrapped> {
  if (env.masterKey !== undefined) return replace(ctx, env);
  const run = await aloneWithMasterKey(env, () => replace(ctx, env));
  if (run === null) throw new StartRefusal("another run of keys rewrap is at work");
  return run.done;
}

async function replace(ctx: Context, env: Env): Promise<Rewrapped> {
  const masterKeys = openMasterKeys(env);
  const root = await openRootSecret(
    ctx.db,
    createKeyWrapper(masterKeys, () => readKeyIdInForce(ctx.db)),
  );
  const before = await readKeyIdInForce(ctx.db);
  const to = nextKey(env, before);
  const keyId = masterKeyId(to);
  let wrapped: RewrapResult | null = null;
  if (before !== keyId) {
    const from = masterKeys().find((key) => masterKeyId(key) === before);
    if (from === undefined)
      throw new StartRefusal("the master key is not the one in force; nothing was changed");
    await resealStates(ctx.db, createStateSeal(root, masterKeys()));
    wrapped = await rewrapKeys(ctx, { from, to });
  }
  return { keyId, wrapped, kept: env.masterKey === undefined ? promoteNextMasterKey(env, keyId) : null };
}
