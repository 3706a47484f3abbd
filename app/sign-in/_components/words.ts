import type { EndedWhy } from "#lib/admins/why-ended.ts";
import { waitWords } from "#lib/errors.ts";

const AGAIN = "Sign in again to go on where you were.";

const ENDED: Record<EndedWhy | "run_out", string> = {
  run_out: `Your session has ended. ${AGAIN}`,
  admin_disabled: "Your session has ended: your account is disabled. Ask an owner of this console.",
  role_changed: `Your session has ended: your role in this console changed. ${AGAIN}`,
  ended_by_admin: `Your session was ended from elsewhere, by you or by an owner. ${AGAIN}`,
  factors_changed: `Your session has ended: how you sign in was changed from elsewhere. ${AGAIN} If that was not you, tell an owner.`,
  password_changed:
    "Your session has ended: the password of your account was changed from elsewhere. Sign in with the new one. If that was not you, tell an owner.",
  enrolment_reset:
    "Your session has ended: an owner gives you a new way in. Use the one-time link that you have from them, or your provider.",
  enrolment_reset_on_machine:
    "Your session has ended: somebody who holds the machine of this console made you a new way in. Use the one-time link that you have from them. If you know nothing of it, tell another owner.",
  local_sign_in_off:
    "Your session has ended: sign-in without a provider was turned off. Sign in by your provider, or ask an owner.",
  provider_changed: `Your session has ended: the settings of your provider were changed. ${AGAIN}`,
  provider_disabled:
    "Your session has ended: the provider that you came in by was disabled. Ask an owner of this console.",
  provider_removed:
    "Your session has ended: the provider that you came in by was removed. Ask an owner of this console.",
};

/** Texts of the sign-in page. */
export const signInWords = {
  title: "Sign in",
  lead: "For the people who look after this organisation's tokens.",
  email: "E-mail",
  password: "Password",
  code: "Six-digit code",
  codeHelp: "From your authenticator app. Each code works once.",
  codeShape: "Six digits",
  next: "Continue",
  submit: "Sign in",
  back: "Back to e-mail and password",
  passkey: "Sign in with a passkey",
  or: "or",
  by: (provider: string) => `Sign in with ${provider}`,
  orLocal: "or with an account of this console",
  breakGlass: "Break-glass sign-in",
  breakGlassOnly: "For break-glass owners alone. Each sign-in here stands on record, and before every owner.",
  noDoor: "No provider is enabled. A break-glass owner can sign in below and enable one.",
  providerAway: "The provider cannot be reached just now. Try again in a moment.",
  passkeyRefused: "The passkey was not accepted. Use another one, or your e-mail, password and code.",
  passkeyOver: "That took too long. Try the passkey again.",
  useRecovery: "Lost your authenticator or passkey? Use a recovery code",
  useCode: "Use a code of the authenticator app",
  recoveryCode: "Recovery code",
  recoveryHelp: "One of the ten that you kept, such as 7GKQ-M2XP-9TRA-4CWD. Each works once.",
  recoveryRefused: "The e-mail, the password or the recovery code is not right. A recovery code works once.",
  noFactor: "First sign-in, no authenticator yet? Set it up",
  codeRefused: "The code is not right. Scan the picture again or wait for the next code.",
  lost: "Lost your password, or all of your ways in? Ask an owner of this console.",
  endedBy: (why: EndedWhy | null) => (why === null ? ENDED.run_out : ENDED[why]),
  restored:
    "The database is older than it was. Nothing is served until an owner signs in and confirms that it was restored.",
  signedOut: "You are signed out.",
  passkeyStill: "A passkey may still let you in.",
  unreachable: "The console cannot be reached. Nothing was sent on; try again.",
  /** @param code what was refused; of what came too often with how many seconds it has to wait. */
  refused(code: string | null | undefined): string {
    const [name, seconds] = code?.split(":") ?? [];
    switch (name) {
      case "TOO_MANY_ATTEMPTS":
        return `Too many attempts. Try again in ${seconds === undefined ? "a few minutes" : waitWords(Number(seconds))}.`;
      case "UNAVAILABLE":
        return "The database cannot be reached, so nobody can be signed in. Try again in a moment.";
      case "INTERNAL":
      case "Configuration":
        return "Nobody could be signed in, whatever was typed: the console failed. Try again in a moment; its log says why.";
      default:
        return "The e-mail, the password or the code is not right. A code works once and for 30 seconds: wait for the next one.";
    }
  },
};
