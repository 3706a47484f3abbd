import type { Logger } from "pino";
import { wrappedUnder } from "#lib/keys/key-wrapper.ts";
import { type MasterKeys, masterKeyId } from "#lib/keys/master-keys.ts";
import type { RegistryKey } from "#lib/registry/snapshot.ts";

/**
 * Says once what this process needs where the signing keys were wrapped under a master key that it does not have. What it has open goes on signing; at
 * the next change of keys, or of the clock tolerance, with which its engine is built anew, it would answer 503.
 */
export function createMasterKeyWatch(
  masterKeys: MasterKeys,
  log: Pick<Logger, "error" | "info">,
): (keys: readonly RegistryKey[]) => void {
  let lacking: string | null = null;
  return (keys) => {
    const mine = new Set(masterKeys().map(masterKeyId));
    const ids = keys.map((key) => key.privateWrapped && wrappedUnder(key.privateWrapped));
    const other = ids.find((id) => id !== null && !mine.has(id)) ?? null;
    if (other === lacking) return;
    lacking = other;
    if (other === null) log.info("the master key of the signing keys is here again");
    else
      log.error(
        { keyId: other },
        "the signing keys were wrapped under a new master key that this process does not have: start it again with the new MASTER_KEY; until then it goes on with the keys that it has open and answers 503 from the next change of keys or of the clock tolerance on",
      );
  };
}
