/** Texts of one's own account page. */
export const accountWords = {
  title: "My account",
  purpose:
    "How you sign in to this console, and where you are signed in. A changed way in ends your other sessions.",
  byProvider: (name: string) => `You sign in with ${name}`,
  byProviderText:
    "It says who you are and what your role is. A passkey or an authenticator app of your own confirms before dangerous acts that it is you, instead of signing in there again; it does not sign you in.",
  passkeys: "Passkeys",
  noPasskeys: "No passkey yet",
  noPasskeysByProvider: (name: string) =>
    `A passkey confirms before dangerous acts that it is you, without signing in to ${name} again, and cannot be phished. It stays on your device, phone or security key, which asks for your finger, face or PIN.`,
  noPasskeysText:
    "A passkey signs you in without a password, and cannot be phished. It stays on your device, phone or security key, which asks for your finger, face or PIN.",
  notHere:
    "Passkeys need this console to be reached by HTTPS and by a name, not by an IP address: see CONSOLE_URL.",
  notThisBrowser: "This browser cannot use passkeys.",
  add: "Add a passkey",
  addTitle: "Add a passkey",
  addText: "Give it a name that you know it by. Your browser asks for the rest.",
  name: "Name",
  nameExample: "Such as: office laptop, blue security key",
  create: "Continue",
  added: "The passkey is added. Your other sessions are ended.",
  cancel: "Cancel",
  save: "Save",
  rename: "Rename",
  renameOne: (name: string) => `Rename ${name}`,
  renamed: "The passkey is renamed.",
  remove: "Remove",
  removeOne: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText:
    "It signs nobody in any more, and your other sessions end. This cannot be undone: the device can be added anew.",
  removeAct: "Remove the passkey",
  removed: "The passkey is removed.",
  blocked: "Blocked",
  blockedTitle: "A copy of your passkey was used",
  blockedText: (name: string) =>
    `${name} was blocked because its counter went back: somebody has a copy of the key, or the device was restored from an older state. Every session of yours was ended. Remove it, and tell whoever looks after security if you did not restore a device.`,
  backedUp: "copied to a cloud or other devices",
  syncable: "may be copied to other devices",
  oneDevice: "on one device alone",
  password: "Password",
  passwordSet: "Set",
  passwordUnknown: "When it was set is not known.",
  passwordUse: "With a code of your authenticator app, or a recovery code, it signs you in.",
  passwordNoUse: {
    by_provider: (provider: string) => `You sign in with ${provider}, and have no password here.`,
    local_off: "Sign-in without a provider is turned off: a password lets you in nowhere.",
    none: "You have none.",
  },
  aProvider: "a provider",
  passwordForgotten:
    "Forgotten? An owner can send you a new one-time link from Admins: with it you set all of your ways in anew.",
  passwordChange: "Change the password",
  passwordEffect:
    "Your other sessions end. Passkeys, the authenticator app and recovery codes stay as they are.",
  passwordNow: "Password that you have now",
  passwordNew: "New password",
  passwordHelp: (least: number) =>
    `${least} characters or more, and none that would be guessed soon. A sentence is easier to remember than symbols.`,
  passwordChanged: "The password is changed. Your other sessions are ended.",
  authenticator: "Authenticator app",
  totpOn: "Set up: with your password, a code of six digits signs you in.",
  totpOff: "Not set up. You sign in with a passkey alone.",
  totpOnByProvider: "Set up: a code of six digits confirms before dangerous acts that it is you.",
  totpOffByProvider: (name: string) =>
    `Not set up. Before dangerous acts you confirm with a passkey, or by signing in to ${name} again.`,
  totpReplace: "Set up another",
  totpAdd: "Set up",
  totpTitle: "Set up an authenticator app",
  totpSubmit: "Use this app",
  totpReplaced: "The new authenticator app is set up. Your other sessions are ended.",
  totpRemove: "Remove",
  totpRemoveTitle: "Remove the authenticator app?",
  totpRemoveText:
    "Codes stop working, and your other sessions end. You sign in with a passkey alone from then on; keep a second one.",
  totpRemoveByProvider: (name: string) =>
    `Codes stop working, and your other sessions end. Before dangerous acts you confirm with a passkey, or by signing in to ${name} again.`,
  totpRemoveAct: "Remove the app",
  totpRemoved: "The authenticator app is removed.",
  recovery: "Recovery codes",
  recoveryNone:
    "You have none. Without them only an owner can let you in again when your passkey or phone is lost.",
  recoveryLeft: (left: number, made: number) =>
    left === 1 ? `One of ${made} codes is left.` : `${left} of ${made} codes are left.`,
  recoveryFew: "Make new ones before they run out.",
  recoveryWhat: "With your password, each lets you in once when your passkey or phone is lost.",
  recoveryMake: "Make recovery codes",
  recoveryAgain: "Make new codes",
  recoveryTitle: (made: number) => (made === 0 ? "Make recovery codes?" : "Make new recovery codes?"),
  recoveryAct: (made: number) => (made === 0 ? "Make the codes" : "Make new codes"),
  recoveryText: (left: number) =>
    left === 0
      ? "Ten codes are made and shown once: have a place ready where you keep them, apart from your phone."
      : `Ten codes are made and shown once. The ${left === 1 ? "one" : left} that you have left ${left === 1 ? "stops" : "stop"} working.`,
  recoveryShown: "Your recovery codes",
  recoveryKeep:
    "Keep them where you keep other secrets, not on the device that you sign in with. Each works once.",
  recoveryLost: "If they are lost, make new ones: these stop working.",
  recoveryDownload: "Download",
  recoveryPrint: "Print",
  recoveryKept: "I have kept them",
  recoveryFile: (host: string, day: string) =>
    `Recovery codes for the Tokenwarden console at ${host}, made on ${day}.\nWith the password, each lets you in once.`,
  done: "Done",
  cameByRecovery: "You came in with a recovery code",
  cameByRecoveryText: (left: number) =>
    `It is used up; ${left === 1 ? "one is" : `${left} are`} left. Add a passkey or set up an authenticator app now, and remove what you lost. Until then you cannot do what needs a confirmation.`,
  cameByRecoveryNext: "Go on to where you wanted to",
  sessions: "Where you are signed in",
  endOthers: "End all others",
  endOthersTitle: "End all your other sessions?",
  endOthersText: (count: number) =>
    `${count === 1 ? "One session is" : `${count} sessions are`} signed out at the next request. This one goes on.`,
  endOthersAct: "End the others",
  othersEnded: "Your other sessions are ended.",

  notifications: "What you are told of",
  asByDefault: "As by default",
};
