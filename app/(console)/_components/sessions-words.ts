import type { SignInMethod } from "#lib/step-up/model.ts";

export const SIGNED_IN_BY: Record<SignInMethod, string> = {
  totp: "Password and code",
  passkey: "Passkey",
  recovery_code: "Recovery code",
  provider: "Provider",
};

/** Texts of the list of an admin's sessions. */
export const sessionWords = {
  sessions: "Sessions",
  newestOf: (shown: number, total: number) => `The newest ${shown} of ${total}.`,
  current: "this one",
  noAddress: "not kept",
  lastSeenHint: "To the minute.",
  unknownWay: "not kept",
  end: "End",
  endOne: (device: string) => `End the session of ${device}`,
  endTitle: "End this session?",
  endText: (device: string) => `${device} is signed out at its next request. It can sign in again.`,
  endAct: "End the session",
  ended: "The session is ended.",
};
