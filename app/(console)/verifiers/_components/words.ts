import { durationWords } from "#components/display/duration.ts";
import type { VerifierDetail } from "#lib/verifiers/model.ts";

type Checks = Pick<VerifierDetail, "checkWay" | "mode" | "maxStalenessSeconds">;

/** What becomes of its checks while nothing is answered to it: by the way that its owner has set up. */
function unanswered({ checkWay, mode, maxStalenessSeconds }: Checks): string {
  switch (checkWay) {
    case "introspection":
    case "forward_auth":
      return "It asks about each token: without an answer it refuses all of them.";
    case "feed":
      return mode === "strict"
        ? `It hears of no revocation any more. Strict: what it took for good it goes on accepting for ${durationWords(maxStalenessSeconds)} at most, then it refuses everything.`
        : "It hears of no revocation any more. Lenient: it goes on accepting tokens by their signature until they expire, revoked ones too. To end that, stop the service itself.";
    case "status_list":
      return "Status lists are public: it goes on checking by them as before. Its reports of uses and its signals stop.";
    case "jwks":
      return "It checks signatures alone and asks nothing here: it goes on accepting tokens until they expire, revoked ones too. To end that, stop the service itself.";
    default:
      return checkWay satisfies never;
  }
}

/** Texts of the Verifiers area. */
export const verifierWords = {
  title: "Verifiers",
  purpose: "Services and gateways that check tokens: by asking here, or by themselves.",
  troubled: "Verifiers that want a look",
  register: "Register a verifier",
  emptyTitle: "No verifier yet",
  emptyText:
    "Register the service or the gateway in front of it: it gets credentials, and a few lines for the way that it checks: by asking, by the npm package, by the feed or by status lists.",
  createTitle: "Register a verifier",
  createPurpose:
    "A service, or a gateway in front of several. It has credentials of its own, and a way to check.",
  editTitle: "Edit the verifier",
  identity: "Identity",
  identityHelp: "The name is the user name of its credentials.",
  name: "Name",
  nameHelp: "Lower-case letters, digits, dots, hyphens, underscores.",
  nameFixed: "It is the user name of its credentials: whoever uses it must learn the new one.",
  description: "Description",
  streams: "Streams of signals",
  audiences: "Audiences",
  audiencesHelp: "It may ask about tokens for these. Every other token looks to it as if there were none.",
  noAudiences: "There is no audience yet: an application that accepts tokens.",
  behaviour: "Behaviour",
  behaviourHelp: "What it does when it cannot hear of revocations, and when its uses are on record.",
  way: "How it checks tokens",
  wayHelp: "The way that its owner has set up. What was seen is shown beside it.",
  instancesMeans: ({ live, count }: { live: number; count: number }) =>
    `${live} live of ${count} heard of in the last minutes`,
  usesMeans: (allowed: string, refused: string) =>
    `${allowed} allowed, ${refused} refused in the last 24 hours`,
  lostMeans: (lost: string) => `By its own account ${lost} more were lost: the log has gaps there.`,
  usesUncounted: "The uses of the last 24 hours take too long to count.",
  mode: "When it hears nothing",
  staleness: "It may hear nothing for",
  audit: "Uses are on record",
  auditAsked: "Uses that it asks about are on record",
  recordHelp: "When its uses are on record.",
  secretNote: "Its secret is shown once, after this.",
  create: "Register",
  save: "Save changes",
  one: "Verifier",
  activityOf: (name: string) => `Activity of ${name}`,
  edit: "Edit",
  saved: "Saved. Authorities follow it within a second.",
  facts: "Verifier",
  seenAs: "Seen:",
  seenWays: (ways: string) => `Seen: ${ways}`,
  answered: "Answers, p50 / p99",
  answeredMeans:
    "What the authority took when it last asked: half of the answers no longer than the first, 99 in 100 no longer than the second. The way there and back is not in it.",
  latencyMeans:
    "What a check takes, p50 / p99: of its slowest process; of one that asks, what the authority takes to answer.",
  unknownLatency: "Nothing is known of it: it has not checked lately, or does not say.",
  none: "None: every token looks to it as if there were none.",
  usesLink: "Uses on record",
  refusedLink: "What it presented that is no token",
  actsLink: "Acts upon this verifier",
  more: "More about this verifier",
  cancel: "Cancel",
  secret: "Verifier secret",
  secretDone: "I have kept it",
  rotate: "New secret…",
  rotateTitle: (name: string) => `New secret for ${name}`,
  rotateText: "It works at once. Give it to every instance, then let the old ones end.",
  overlap: "The secrets that are there now go on working",
  rotateAct: "Make the secret",
  noSecrets: (verifier: Checks) => `None: nothing is answered to it. ${unanswered(verifier)}`,
  endOnlySecret: (verifier: Checks) =>
    `It is the only one: nothing is answered to whoever shows it from now on, until there is a new one. ${unanswered(verifier)} There is no way back.`,
  endOneSecret:
    "Nothing is answered to whoever shows it from now on. The others go on working. There is no way back.",
  disable: "Disable…",
  disableTitle: (name: string) => `Disable ${name}?`,
  disableText: (verifier: Checks) =>
    `Its credentials stop working at once, until it is enabled. ${unanswered(verifier)}`,
  disableAct: "Disable the verifier",
  disabled: (name: string) => `${name} is disabled.`,
  enable: "Enable…",
  enableTitle: (name: string) => `Enable ${name}?`,
  enableText: "Its credentials work again.",
  enableAct: "Enable the verifier",
  enabled: (name: string) => `${name} is enabled.`,
  created: "The verifier is registered",
  createdText: "Its name and secret are the user name and password of HTTP Basic.",
  openVerifier: "Open the verifier",
};

/** Texts of the propagation board's page. */
export const boardWords = {
  title: "Propagation",
  purpose:
    "How an order reaches every verifier that answers for what it takes back, and who can still accept it.",
  order: "Order",
  audience: "Audience",
  anyAudience: "Any audience",
  state: "Verifiers",
  all: "All",
  canAccept: "Can accept",
  refuses: "Refuse",
  unaware: "Have not heard",
  knows: "Know of it",
  emptyTitle: "No order yet",
  emptyText: "Once something is revoked, suspended or restored, its way to every verifier is shown here.",
  emptyAct: "Go to the tokens",
};

/** Texts of the set-up of each way. */
export const howWords = {
  title: "How to check tokens",
  introspection: {
    name: "Introspection",
    says: "Ask about each token (RFC 7662). What is revoked is refused from that moment on.",
    note: 'The secret comes from a variable: read -rs VERIFIER_SECRET takes it without showing it. What is not good for this verifier answers exactly {"active":false}.',
  },
  nginx: {
    name: "nginx",
    says: "Let nginx ask before it lets a request through.",
    note: "The secret stands in a file of its own that root alone reads, and nginx includes it: read -rs VERIFIER_SECRET takes it without showing it, then the first line writes the file. 200 lets the request through with who it is in headers; 401 and 403 do not.",
  },
  oneAudience: (name: string) =>
    `The address lets tokens for “${name}” through: another application behind it has its own audience there, and without one a token for any of this verifier's audiences is good.`,
  traefik: {
    name: "Traefik",
    says: "Let Traefik ask before it lets a request through: give your routers the middleware “checked”.",
    note: "A file of the file provider, in which Traefik reads its own environment: start it with VERIFIER_SECRET set, such as by an EnvironmentFile of systemd. The last middleware keeps the secret from your application.",
  },
  envoy: {
    name: "Envoy",
    says: "Let Envoy's ext_authz filter ask before it lets a request through.",
    note: "A whole configuration. The secret comes from Envoy's environment: start it with VERIFIER_SECRET set. Into a configuration that you have, take the ext_authz filter, the line on underscores and the cluster “tokenwarden”. It checks every audience of this verifier, and lets nothing through while the authority cannot be asked. Envoy asks with the caller's own Host header: a proxy before the authority must not choose by it.",
  },
  npm: {
    name: "npm package",
    says: "Node.js: signatures are checked there, revocations come from the feed within milliseconds, uses are reported.",
    note: "The same for Fastify and for standard Request and Response handlers. Strict: without word from here it refuses.",
  },
  feed: {
    name: "Feed",
    says: "Any language: take the snapshot, then follow the feed from its position.",
    note: "The secret comes from a variable: read -rs VERIFIER_SECRET takes it without showing it. POST the position that you have applied to /revocations/acknowledgements: until then this counts as not heard. All members of that body, and of the reports of uses to /events, are in docs/feed.md of Tokenwarden's folder.",
  },
  statusList: {
    name: "Status list",
    says: "Any library for Token Status Lists: check the signature, then the token's place in its list.",
    note: "A list is good for a minute, however it came: a revoked token can be accepted for so long, and for as much longer as your library tolerates clocks that differ.",
  },
  jwks: {
    name: "Signatures alone",
    says: "Check the signature and nothing else.",
    note: "It hears of no revocation: it accepts a revoked token until the token expires. Keep lifetimes short, or choose another way.",
  },
};

/** Texts of a verifier's instances. */
export const instanceWords = {
  title: "Instances",
  software: "Software",
  unnamed: "does not say",
  position: "Feed",
  inStep: "in step",
  behind: (facts: string) => `behind by ${facts}`,
  heard: "Last heard",
  silent: "silent",
  ended: "ended",
  endsMeans: "It said that it accepts nothing any more.",
  endedBy: (admin: string) => `by the word of ${admin}`,
  endedByMeans: (admin: string) =>
    `${admin} said that it ended; the process did not say so itself. It is forgotten when it is heard of again.`,
  end: "Ended…",
  endOf: (id: string) => `The process ${id} has ended`,
  endTitle: "Has this process ended?",
  endText:
    "Nothing is heard of it. If you know that it ended, say so: from now on no order waits for it. If it runs after all, it can go on accepting what is revoked while the boards say that it does not; as soon as it is heard of again, this is forgotten.",
  endAct: "It has ended",
  endDone: "The process counts as ended.",
  mode: "Mode",
  unsaid: "does not say",
  registeredAs: (mode: string) => `registered ${mode}`,
  modeDiffers: "It runs in another mode than the one that is registered here.",
  checks: "Allowed / refused",
  checksMeans: (stale: string) => `Since it began; ${stale} of them while what it knew was too old.`,
  latency: "p50 / p99",
  latencyMeans:
    "What a check takes there: half of them no longer than the first, 99 in 100 no longer than the second.",
  lost: "Lost",
  none: "none",
  lostMeans: "Reports of uses that it had to drop: the log has gaps there.",
  shown: (shown: number, count: string) => `the newest ${shown} of ${count}`,
  empty: {
    introspection: "It asks about each token: what asks has no instances of its own.",
    forward_auth: "A gateway asks about each token: what asks has no instances of its own.",
    feed: "Nothing of it has connected yet. Its instances are here within a second once they do.",
    status_list: "Nothing of it has been heard. What only fetches lists is not heard of.",
    jwks: "What checks signatures alone is not heard of.",
  },
};

/** Texts of a verifier's uses. */
export const useWords = {
  title: "Uses of the last 24 hours",
  all: "All of them",
  allowed: "allowed",
  refused: "refused",
  reasons: "Refused because",
  perHour: "Uses per hour",
  uncounted: "They take too long to count.",
  lostSeries: "lost, by its own account",
  lost: (lost: string, count: number) =>
    `By its own account ${lost} ${count === 1 ? "report of a use was" : "reports of uses were"} lost in these hours: the log has gaps there.`,
};
