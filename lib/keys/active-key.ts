import type { KeyPurpose } from "./model.ts";

/** The key that signs for a purpose now. @throws where there is none. */
export function activeKey<Key extends { purpose: string; state: string }>(
  keys: readonly Key[],
  purpose: KeyPurpose,
): Key {
  const active = keys.find((key) => key.purpose === purpose && key.state === "active");
  if (active === undefined) throw new Error(`there is no active signing key for ${purpose}`);
  return active;
}
