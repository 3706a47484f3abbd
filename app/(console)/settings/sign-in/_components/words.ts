import { durationWords } from "#components/display/duration.ts";

export const signInSettingWords = {
  title: "Sign-in",
  purpose:
    "How the people of this console come in: by your company's OpenID Connect provider, or by accounts of this console.",
  one: "Provider",
  providers: "Providers",
  about: "Who comes in by it is who its issuer says, by subject. An address alone opens no account.",
  none: "No provider is set up",
  noneText:
    "Set up the OpenID Connect provider of your company: people come in with the account they have there, their role follows their groups, and who leaves there comes in no more.",
  newProvider: "Add a provider",
  add: "Add the provider",
  save: "Save",
  saved: "The provider is changed.",
  savedEnded: "The provider is changed. The sessions that it had opened are ended: its people sign in again.",
  at: "At the provider",
  atHelp:
    "Register this console there as a confidential web application that uses the authorization code flow.",
  name: "Name",
  nameHelp: "As it stands on the button of the sign-in page.",
  issuer: "Issuer",
  issuerHelp: "Just as the provider writes it. Its metadata is read at /.well-known/openid-configuration.",
  issuerStays: "Another issuer is another provider, with people of its own: add that one.",
  test: "Test",
  tested: (keys: number, algorithms: string[]) =>
    `The provider answers, with ${keys === 1 ? "one key" : `${keys} keys`} for ${algorithms.join(", ")}.`,
  namesItself: "Its answers name it (RFC 9207).",
  namesNobody:
    "Its answers do not name it: each provider has a redirect address of its own here, which tells them apart.",
  clientId: "Client id",
  clientSecret: "Client secret",
  clientSecretHelp: "Kept wrapped by the master key, and never shown again.",
  secretStays: "Leave it empty to keep the one that is there.",
  secretPlaceholder: "unchanged",
  scopes: "Scopes",
  scopesHelp: "What is asked for beside openid: whatever the address and the groups come with.",
  redirect: "Redirect address",
  redirectHelp: "Register exactly this at the provider. Nobody can sign in by it before.",
  redirectLater: "You get the redirect address to register there once it is added.",
  roles: "Roles",
  rolesHelp:
    "The first rule that matches decides, at each sign-in. Whoever matches none does not come in. A change here ends the sessions that the provider opened.",
  roleClaim: "Claim",
  roleClaimHelp: "Where the groups or roles stand: groups, roles, realm_access.roles.",
  rules: "Rules, from the first",
  ruleValue: (n: number) => `Value of rule ${n}`,
  ruleRole: (n: number) => `Role of rule ${n}`,
  addRule: "Add a rule",
  removeRule: (n: number) => `Remove rule ${n}`,
  raiseRule: (n: number) => `Move rule ${n} up`,
  noRules: "Without a rule and without a role for everybody else nobody comes in by it.",
  defaultRole: "Everybody else",
  defaultNone: "do not come in",
  createsAdmins: "People come in without being invited",
  createsAdminsHelp:
    "Whoever has a role by the rules gets an account at their first sign-in. Off: an owner invites each of them under Admins.",
  strength: "How they must have signed in there",
  strengthHelp:
    "Held to what the provider signs about it, at sign-in and when they confirm again who they are.",
  acrValues: "Ask for (acr_values)",
  requiredAcr: "Its answer must say one of (acr)",
  requiredAmr: "Its answer must say all of (amr)",
  listHelp: "Separate by commas.",
  maxAge: "No longer ago than, in minutes",
  maxAgeHelp: "Empty: a sign-in of any age at the provider is good.",
  state: "State",
  admins: "Admins",
  invited: "Invited",
  sessions: "Signed in now",
  last: "Last sign-in",
  created: "Added",
  changed: "Changed",
  id: "Id",
  stop: "Disable…",
  stopTitle: (name: string) => `Disable ${name}?`,
  stopText: (sessions: number) =>
    sessions === 0
      ? "Nobody signs in by it until it is enabled again. Nobody is signed in by it now."
      : `Nobody signs in by it until it is enabled again. ${sessions === 1 ? "One session ends" : `${sessions} sessions end`} at once.`,
  stopAct: "Disable it",
  start: "Enable",
  switched: (name: string, isOn: boolean) => `${name} is ${isOn ? "enabled" : "disabled"}.`,
  remove: "Remove…",
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: (admins: number) =>
    admins === 0
      ? "No admin is linked to it. What was done stays on record."
      : `${admins === 1 ? "One admin is" : `${admins} admins are`} linked to it and cannot sign in any more until you give them another way. There is no undo.`,
  removeAct: "Remove it",
  removed: (name: string) => `${name} is removed.`,
  local: "Sign-in without a provider",
  localOn: "On: admins also sign in with a password and code, or a passkey, of this console.",
  localOff: "Off: only break-glass owners sign in without a provider.",
  turnOff: "Turn it off…",
  turnOffTitle: "Turn off sign-in without a provider?",
  turnOffText:
    "Everybody but the break-glass owners who is signed in without a provider is out at once, and comes in by a provider alone from now on.",
  turnOffAct: "Turn it off",
  turnOn: "Turn it on",
  turnedOff: "Sign-in without a provider is off.",
  turnedOn: "Sign-in without a provider is on.",
  wayBack:
    "If the provider and the break-glass owners are gone, whoever holds the machine turns it on again:",
  notProven: "An owner has to have signed in by a provider within the last 24 hours first.",
  noGlass: "Name a break-glass owner first.",
  glass: "Break-glass owners",
  glassHelp:
    "They keep password and second factor whatever is set, for the day when the provider is away. Each such sign-in stands before every owner.",
  glassNone: "No owner can be one: it takes a password, a second factor, and no link to a provider.",
  saveGlass: "Save",
  glassSaved: "The break-glass owners are saved.",
  notReady: "cannot sign in as they are",
  used: "Break-glass sign-ins",
  usedNone: "None in the last 30 days.",
  usedFrom: (ip: string | null) => (ip === null ? "" : `from ${ip}`),
};

/** "10 minutes", "any". */
export function maxAgeWords(seconds: number | null): string {
  return seconds === null ? "any age" : durationWords(seconds);
}
