import { groupedNumber } from "#components/display/number-text.tsx";
import type { AuthMethod } from "#lib/clients/model.ts";
import { DEVICE_GRANT } from "#lib/lifetimes/model.ts";

const tokens = (count: number) => `${groupedNumber(count)} live ${count === 1 ? "token" : "tokens"}`;

const GRANTS: Record<string, string> = {
  authorization_code: "authorization code",
  refresh_token: "refresh",
  client_credentials: "client credentials",
  [DEVICE_GRANT]: "device code",
};

/** A grant type as people say it. */
export function grantWords(grant: string): string {
  return GRANTS[grant] ?? grant;
}

/** Texts of the Clients area. */
export const clientWords = {
  title: "Clients",
  purpose: "Applications that get tokens here, and how long their tokens live.",
  register: "Register a client",
  emptyTitle: "No client yet",
  emptyText:
    "Register the first application, or run npm run demo to load a sample organisation with live traffic.",
  addAudience: "Add an audience",
  emptyWithoutAudience:
    "Add an audience first, the application that accepts the tokens: a client without one gets no access token. Or run npm run demo to load a sample organisation.",
  createTitle: "Register a client",
  createPurpose:
    "Its kind decides what is asked. Everything but the kind and the client ID can be changed later.",
  editTitle: "Edit the client",
  create: "Register",
  save: "Save changes",
  secretNote: "Its secret is shown once, after this.",
  kind: "Kind of application",
  kindHelp: "Decides how it proves who it is and which flows it may use. It cannot be changed later.",
  identity: "Identity",
  identityHelp: "People see the name when they are asked for consent. Tokens carry the client ID.",
  name: "Name",
  clientId: "Client ID",
  clientIdHelp: "3 to 64 lower-case letters, digits, dots, hyphens, underscores. It cannot be changed later.",
  clientIdFixed: "It stands in tokens, so it cannot be changed.",
  description: "Description",
  signIn: "Signing people in",
  signInHelp: {
    web: "Authorization code with PKCE, and the client's secret at the token endpoint.",
    spa: "Authorization code with PKCE and no secret. Refresh tokens are exchanged at each use.",
    native: "Authorization code with PKCE and no secret, in the system's browser.",
    device: "",
    service: "",
  },
  redirectUris: "Redirect URIs",
  redirectHelp: {
    web: "One a line, https, or http://localhost while you develop. Compared character by character.",
    spa: "One a line, https, or http://localhost while you develop. Compared character by character.",
    native:
      "One a line: a private scheme such as com.example.app:/callback, or http://127.0.0.1/callback or http://localhost/callback.",
    device: "",
    service: "",
  },
  postLogoutUris: "After signing out",
  postLogoutHelp: "Where people may be sent after signing out. One a line.",
  consent: "Ask people for consent",
  consentHelp: "Off for your own applications, on for other people's.",
  opens: "What its tokens open",
  opensHelp:
    "Audiences whose applications accept its tokens, and the permissions it may ask for. People get at most what their groups give them.",
  noAudiences:
    "There is no audience yet: an application that accepts tokens. Without one the client gets no access token.",
  groups: "Groups of the service",
  groupsHelp: "Its own tokens carry these groups.",
  lifetime: "Lifetimes",
  lifetimeHelp:
    "Draw a knob, move it with the arrow keys, or type a span. What is not set here is the organisation's. Short lifetimes limit what a stolen token is good for.",
  shape: "Token format",
  shapeHelp: {
    jwt: "Signed and readable: services can check it by themselves, and learn of a revocation through introspection, forward-auth or the feed.",
    opaque: "A random value that says nothing: services must ask here each time.",
  },
  claims: "Custom claims",
  claimsHelp: "A JSON object that is put into each access token. Claims of the standards cannot be set.",
  claimsNotJson: "This is not JSON.",
  proof: "How it proves who it is",
  proofHelp:
    "A secret is known to two; of a key pair only the public half leaves the application, and there is nothing here to be stolen.",
  proofSecret: "A secret",
  proofAddress: "Keys at an address",
  proofPasted: "Keys pasted here",
  proofSwitch: "Saving ends its secrets at once: from then on it needs its keys.",
  proofBack: "Its keys are taken no more from then on. Give it a new secret on its page.",
  jwksUri: "Address of its keys",
  jwksUriHelp:
    "A JWK Set over https at a public address, 64 KB at most. It is fetched when the client shows a key that is not known, and every ten minutes.",
  jwks: "Its public keys",
  jwksHelp: 'A JWK Set, { "keys": [ … ] }, of public keys alone.',
  notJson: "This is not JSON.",
  flows: "Grants and requests",
  flowsHelp: "What it may do at the token endpoint, and what it must bring. Take away what it does not need.",
  grants: "Grants",
  grantHelp: {
    authorization_code: "People sign in and come back with a code; PKCE always.",
    refresh_token:
      "Goes on for days without the person. Without it, they sign in again for each access token.",
    client_credentials: "Acts for itself.",
    [DEVICE_GRANT]: "People type a code that it shows, on another screen.",
  } as Record<string, string>,
  requireDpop: "Require DPoP",
  requireDpopHelp:
    "Each token is bound to a key of the client: stolen without the key it is good for nothing. Requests without a proof are refused.",
  requirePar: "Require pushed requests",
  requireParHelp:
    "It sends each authorization request to us first and the browser carries only its name, so that nobody can change or read it.",
  needsLook: "Needs a look",
  findingsUnknown: "What needs a look could not be found out in time. Load the page again.",
  longFor: (duration: string) => `They live for ${duration}.`,
  authMethod: "Proves itself by",
  authMethods: {
    client_secret: "a secret (client_secret_basic or client_secret_post)",
    private_key_jwt: "its keys (private_key_jwt)",
    none: "nothing (none)",
  } satisfies Record<AuthMethod, string>,
  binding: "Token binding",
  dpopRequired: "DPoP required",
  dpopOptional: "DPoP where it brings a proof",
  requests: "Requests",
  parRequired: "pushed first, required",
  parOptional: "may be pushed first",
  keys: "Keys",
  pastedKeys: "Pasted here: they change when somebody pastes others.",
  address: "Address",
  lastHad: "Last had",
  notYet: "not yet",
  lastTry: "Last try",
  fetchNow: "Fetch now",
  noKid: "without one",
  keysNote:
    "Each authority keeps them for ten minutes, and asks again, at most every 30 seconds, for a key that it does not know. While the address is away they are used for an hour at most.",
  one: "Client",
  lifetimesLink: "Explain and change",
  opensNothing: "Nothing: it names no audience, so it gets no access token.",
  facts: "Client",
  usesLink: "Token use",
  actsLink: "Acts upon this client",
  secrets: "Secrets",
  secret: "Client secret",
  noSecrets: "None: it cannot prove who it is. Make one.",
  endOnlySecret:
    "It is the only one: the client gets no token from now on, until it has a new one. Tokens that are out go on. There is no way back.",
  endOneSecret: "Whoever shows it gets no token from now on. The others go on working. There is no way back.",
  more: "More about this client",
  edit: "Edit",
  cancel: "Cancel",
  revokeAll: "Revoke all tokens…",
  rotate: "New secret…",
  rotateTitle: (name: string) => `New secret for ${name}`,
  rotateText: "It works at once. Give it to the application, then let the old ones end.",
  overlap: "The secrets that are there now go on working",
  rotateAct: "Make the secret",
  secretDone: "I have kept it",
  disable: "Disable…",
  disableTitle: (name: string) => `Disable ${name}?`,
  notCounted: "Too many live tokens to be counted just now; a client's own page counts its own.",
  disableText: (live: number) =>
    `It gets no token any more, and its ${tokens(live)} are refused while it is disabled. They work again once it is enabled, until they expire: revoke them where they must not. Sign-ins and devices that are under way end for good.`,
  disableAct: "Disable the client",
  disabled: (name: string) => `${name} is disabled.`,
  enable: "Enable…",
  enableTitle: (name: string) => `Enable ${name}?`,
  enableText: (live: number) => `It gets tokens again, and its ${tokens(live)} are accepted again.`,
  enableAct: "Enable the client",
  enabled: (name: string) => `${name} is enabled.`,
  created: "The client is registered",
  createdText: "Its client ID is its name at the token endpoint.",
  tryIt: "Get a token with it",
  saved: "Saved. New tokens follow it; those that are out keep what they were issued with.",
  openClient: "Open the client",
};
