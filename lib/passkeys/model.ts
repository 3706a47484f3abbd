/** Passkeys of the console's people; browser-safe. Times are ISO 8601 in UTC. */
export const PASSKEY_NAME_MAX = 60;
/** Passkeys that one admin may have. */
export const PASSKEYS_MAX = 20;
/** How long a person has between the browser's question and its answer. */
export const CHALLENGE_SECONDS = 300;

export const TRANSPORTS = ["internal", "hybrid", "usb", "nfc", "ble", "smart-card"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const TRANSPORT_WORDS: Record<Transport, string> = {
  internal: "this device",
  hybrid: "phone",
  usb: "USB",
  nfc: "NFC",
  ble: "Bluetooth",
  "smart-card": "smart card",
};

export type PasskeyRow = {
  id: string;
  name: string;
  transports: Transport[];
  /** May be copied to other devices of its owner, and whether it was. */
  isSyncable: boolean;
  isBackedUp: boolean;
  createdAt: string;
  lastUsedAt: string | null;
  /** Since when it opens nothing, because a copy of it is about; null: it works. */
  blockedAt: string | null;
};

/** What an admin's password is good for: to sign in; nothing, for who comes in by a provider alone, while sign-in without one is off for them, or because there is none. */
export const PASSWORD_USES = ["signs_in", "by_provider", "local_off", "none"] as const;
export type PasswordUse = (typeof PASSWORD_USES)[number];

/** With what an admin comes in. */
export type Factors = {
  /** `setAt` is null where that is not known. */
  password: { use: PasswordUse; setAt: string | null };
  passkeys: PasskeyRow[];
  hasTotp: boolean;
  recoveryCodes: { left: number; made: number; madeAt: string | null };
};

/** What the browser is asked to make or to sign: `options` go to it unchanged, `challenge` comes back with its answer. */
export type PasskeyOffer = {
  options: { challenge: string; [name: string]: unknown };
  challenge: string;
  expiresAt: string;
};
