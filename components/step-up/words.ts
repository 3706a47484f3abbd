import { STEP_UP_WORDS, type StepUpKind } from "#lib/step-up/model.ts";

/** Texts of the dialog that asks again who is there, and of what goes wrong with passkeys. */
export const stepUpWords = {
  title: "Confirm it is you",
  why: (kind: StepUpKind) =>
    `You are about to ${STEP_UP_WORDS[kind].acts}. For the next ten minutes you are not asked again for acts of this kind.`,
  whyOnce:
    "This is asked for this very act, however short ago you confirmed another. It is good for five minutes and once.",
  passkey: "Use a passkey",
  or: "or with your authenticator app",
  provider: (name: string) => `Confirm with ${name}`,
  waiting: (name: string) => `Sign in to ${name} in the window that opened. This page goes on by itself.`,
  blocked: "The browser blocked the window. Allow pop-ups for this console, then try again.",
  notStarted: "The provider could not be asked. Try again.",
  code: "Six-digit code",
  codeHelp: "A code works once: after signing in with one, wait for the next.",
  confirm: "Confirm",
  cancel: "Cancel",
  loading: "Looking up how you can confirm…",
  nothing:
    "There is nothing that you could confirm with: you came in with a recovery code. Set up a passkey or an authenticator app on your account page first.",
  account: "Go to my account",
};

/** Why a browser's passkey prompt gave nothing, in words. */
export function passkeyFault(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "AbortError":
      return "The passkey was not used: it was cancelled or took too long. Try again.";
    case "InvalidStateError":
      return "This device has a passkey of this account already.";
    case "NotSupportedError":
    case "SecurityError":
      return "This browser cannot use passkeys here.";
    default:
      return "The passkey could not be used. Try again, or another way.";
  }
}
