import type { UseOutcome, UseSource } from "./model.ts";

/** What acts, outcomes and refusals are called. One place; browser-safe. */
export const OUTCOME_WORDS: Record<UseOutcome, string> = {
  issued: "Issued",
  allowed: "Allowed",
  refused: "Refused",
};

export const SOURCE_WORDS: Record<UseSource, string> = {
  issue: "Token endpoint",
  introspection: "Introspection",
  forward_auth: "Forward-auth",
  userinfo: "Userinfo",
  refresh: "Refresh",
  report: "Reported by a verifier",
};

/** Why a registered token was refused. */
export const REFUSALS = [
  "revoked",
  "suspended",
  "expired",
  "not_yet_valid",
  "consumed",
  "replayed",
  "altered",
  "audience",
  "permission",
  "not_an_access_token",
  "client_disabled",
  "user_disabled",
  "wrong_client",
  "proof_missing",
  // only a verifier that decides by itself refuses for these
  "proof_invalid",
  "status_missing",
  "stale",
  "unavailable",
  "audit_unavailable",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const REFUSAL_WORDS: Record<Refusal, string> = {
  revoked: "The token is revoked",
  suspended: "The token is suspended",
  expired: "The token has expired",
  not_yet_valid: "The token is not valid yet",
  consumed: "The refresh token was already exchanged",
  replayed: "A used refresh token came back: its family was ended",
  altered: "The value is not the one that was issued: its signature was rewritten",
  audience: "The token is for another audience",
  permission: "The token lacks the permission",
  not_an_access_token: "It is not an access token",
  client_disabled: "The client is disabled",
  user_disabled: "The user is disabled",
  wrong_client: "Another client presented it",
  proof_missing: "The token is bound to a key, and its holder did not prove it",
  proof_invalid: "The token is bound to a key, and the proof was not good",
  status_missing: "The token names no status that could be looked up",
  stale: "The verifier had not heard for too long of what is revoked",
  unavailable: "The verifier could not ask whether the token is good",
  audit_unavailable: "The verifier could not put the use on record",
};

/** A refusal in words; one that this version does not know is shown as it is. */
export function refusalWords(refusal: string): string {
  return Object.hasOwn(REFUSAL_WORDS, refusal)
    ? REFUSAL_WORDS[refusal as Refusal]
    : refusal.replaceAll("_", " ");
}

/** Why something was refused that no token on record stands for. */
export const COUNTED_REFUSALS = [
  "malformed",
  "unknown",
  "bad_signature",
  "wrong_key",
  "unregistered",
  "purged",
  "lost",
  "no_token",
  "credentials",
] as const;
export type CountedRefusal = (typeof COUNTED_REFUSALS)[number];

export const COUNTED_REFUSAL_WORDS: Record<CountedRefusal, string> = {
  malformed: "It is no token: it cannot be read",
  unknown: "A token of ours by its looks, but nobody was given it",
  bad_signature: "Its signature is not ours",
  wrong_key: "It names a key that does not sign tokens",
  unregistered: "A good signature over a token that was never registered: forged",
  purged: "It expired long ago: its week has left the register",
  lost: "Issued in a time that a restore of the database lost: nothing is known of it",
  no_token: "No bearer token was sent",
  credentials: "The asker's secret was wrong or missing",
};

/** The same in words; one that this version does not know is shown as it is. */
export function countedRefusalWords(refusal: string): string {
  return Object.hasOwn(COUNTED_REFUSAL_WORDS, refusal)
    ? COUNTED_REFUSAL_WORDS[refusal as CountedRefusal]
    : refusal.replaceAll("_", " ");
}

/** Acts in words, as "who … what": "ines@… revoked the token 01a2…". */
export const ACT_WORDS: Record<string, string> = {
  "token.revoked": "revoked the token",
  "family.revoked": "revoked the family",
  "refresh_token.replayed": "ended, as a used refresh token came back, the family",
  "authorization_code.replayed": "ended, as a used authorization code came back, the family",
  "device_code.replayed": "ended, as a used device code came back, the family",
  "refresh_token.crowded_out": "ended, as one sign-in too many, the family",
  "revocation.repeated": "asked again to revoke",
  "session.revoked": "revoked the session",
  "user.tokens_revoked": "revoked all tokens of the user",
  "client.tokens_revoked": "revoked all tokens of the client",
  "permission.tokens_revoked": "revoked all tokens with the permission",
  "group.tokens_revoked": "revoked all tokens of the group",
  "audience.tokens_revoked": "revoked all tokens for the audience",
  "key.tokens_revoked": "revoked all tokens signed by the key",
  "everything.revoked": "revoked",
  "selection.revoked": "revoked the selection of",
  "token.suspended": "suspended the token",
  "family.suspended": "suspended the family",
  "session.suspended": "suspended the tokens of the session",
  "user.tokens_suspended": "suspended all tokens of the user",
  "client.tokens_suspended": "suspended all tokens of the client",
  "permission.tokens_suspended": "suspended all tokens with the permission",
  "group.tokens_suspended": "suspended all tokens of the group",
  "audience.tokens_suspended": "suspended all tokens for the audience",
  "key.tokens_suspended": "suspended all tokens signed by the key",
  "everything.suspended": "suspended",
  "selection.suspended": "suspended the selection of",
  "token.restored": "restored the token",
  "family.restored": "restored the family",
  "session.restored": "restored the tokens of the session",
  "user.tokens_restored": "restored the tokens of the user",
  "client.tokens_restored": "restored the tokens of the client",
  "permission.tokens_restored": "restored the tokens with the permission",
  "group.tokens_restored": "restored the tokens of the group",
  "audience.tokens_restored": "restored the tokens for the audience",
  "key.tokens_restored": "restored the tokens signed by the key",
  "everything.restored": "restored",
  "selection.restored": "restored the selection of",
  "incident.opened": "opened the case",
  "incident.viewed": "looked at the case",
  "incident.updated": "changed the case",
  "incident.subjects_added": "put more into the case",
  "incident.step_done": "ticked off a step of the case",
  "incident.step_reopened": "reopened a step of the case",
  "incident.note_added": "wrote a note in the case",
  "incident.order_placed": "placed an order in the case",
  "incident.order_repeated": "repeated an earlier order in the case",
  "incident.secret_reissued": "gave a client a new secret in the case",
  "incident.contained": "contained the case",
  "incident.containment_lost": "reopened, as tokens of it work, the case",
  "incident.leak_reported": "put a scanner's report into the case",
  "incident.owners_told": "told owners of tokens in the case",
  "incident.notice_sent": "sent a mail of the case",
  "incident.notice_failed": "could not send a mail of the case",
  "incident.evidence_exported": "exported the evidence of the case",
  "detection.muted": "muted the detection",
  "detection.unmuted": "ended the mute of the detection",
  "detection.put_in_case": "put into a case the detection",
  "detection_rule.tuned": "tuned a detection rule for the client",
  "order.revocation_scheduled": "scheduled a revocation of",
  "order.suspension_scheduled": "scheduled a suspension of",
  "order.restored": "restored, with the order,",
  "order.cancelled": "called off an order upon",
  "token.forgery_detected": "presented a forged token",
  "people.imported": "imported",
  "grant.consented": "allowed access to",
  "grant.withdrawn": "withdrew an application's access from",
  "token.forgery_reported": "learnt of a forged token, accepted by the verifier",
  "user.erasure_begun": "began to erase the personal data of",
  "user.erased": "erased the personal data of",
  "user.signed_in": "signed in at the authority",
  "user.sign_in_refused": "was refused at the authority's sign-in",
  "admin.signed_in": "signed in",
  "admin.signed_out": "signed out",
  "admin.sign_in_refused": "was refused at sign-in",
  "admin.sessions_ended": "ended all sessions of the admin",
  "admin.session_ended": "ended a session of the admin",
  "admin.authenticator_replaced": "set up a new authenticator app as the admin",
  "admin.authenticator_removed": "took away the authenticator app of the admin",
  "passkey.added": "added a passkey of the admin",
  "passkey.renamed": "renamed a passkey of the admin",
  "passkey.removed": "removed a passkey of the admin",
  "passkey.blocked": "presented a copied passkey, which was blocked, of the admin",
  "recovery_codes.made": "made new recovery codes for the admin",
  "recovery_code.used": "used a recovery code of the admin",
  "step_up.proven": "showed again that it is them: the admin",
  "step_up.refused": "tried to show again that it is them: the admin",
  "admin.created": "created the admin",
  "admin.invited": "invited the admin",
  "admin.enrolled": "enrolled as admin",
  "admin.enrolment_reset": "reset the enrolment of the admin",
  "admin.role_changed": "changed the role of the admin",
  "admin.disabled": "disabled the admin",
  "admin.enabled": "enabled the admin",
  "setup_link.created": "made a set-up link",
  "api_token.created": "created the API token",
  "api_token.revoked": "revoked the API token",
  "issuer.kept": "kept the first issuer",
  "issuer.changed": "changed the issuer to",
  "key.created": "created the signing key",
  "key.activated": "activated the signing key",
  "key.replaced": "took out of signing the key",
  "key.retired": "retired the signing key",
  "key.cancelled": "cancelled the standby key",
  "key.compromised": "declared compromised the signing key",
  "master_key.changed": "wrapped everything under the new master key",
  "key_policy.updated": "changed the rotation policy of",
  "key.destroyed": "destroyed the private half of the signing key",
  "client.created": "registered the client",
  "client.changed": "changed the client",
  "client.updated": "changed the client",
  "lifetimes.shortened": "ended tokens that outlive the new lifetimes of",
  "client.disabled": "disabled the client",
  "client.enabled": "enabled the client",
  "client.deleted": "deleted the client",
  "client.secret_created": "made a secret for the client",
  "client.secret_rotated": "made a new secret for the client",
  "client.secret_revoked": "took back a secret of the client",
  "client.keys_fetched": "fetched the keys of the client",
  "user.created": "created the user",
  "user.changed": "changed the user",
  "user.updated": "changed the user",
  "user.disabled": "disabled the user",
  "user.enabled": "enabled the user",
  "group.created": "created the group",
  "group.changed": "changed the group",
  "group.updated": "changed the group",
  "group.deleted": "deleted the group",
  "audience.created": "created the audience",
  "audience.changed": "changed the audience",
  "audience.updated": "changed the audience",
  "verifier.created": "registered the verifier",
  "verifier.changed": "changed the verifier",
  "verifier.updated": "changed the verifier",
  "verifier.disabled": "disabled the verifier",
  "verifier.enabled": "enabled the verifier",
  "verifier.secret_rotated": "made a new secret for the verifier",
  "verifier.instance_ended": "put on record that a process has ended of the verifier",
  "verifier.secret_revoked": "took back a secret of the verifier",
  "signal_stream.created": "made the signal stream",
  "signal_stream.updated": "changed the signal stream",
  "signal_stream.status_changed": "changed the status of the signal stream",
  "signal_stream.verification_sent": "tested the signal stream",
  "signal_stream.removed": "removed the signal stream",
  "signal_receiver.created": "added the peer",
  "signal_receiver.updated": "changed the peer",
  "signal_receiver.disabled": "disabled the peer",
  "signal_receiver.enabled": "enabled the peer",
  "signal_receiver.secret_rotated": "made a new secret for the peer",
  "scanner.created": "let in the scanner",
  "scanner.updated": "changed the scanner",
  "scanner.disabled": "stopped the scanner",
  "scanner.enabled": "let in again the scanner",
  "scanner.secret_rotated": "made a new secret for the scanner",
  "scanner.secret_revoked": "ended a secret of the scanner",
  "scanner.leak_reported": "sent a report of leaked values as the scanner",
  "mail_settings.updated": "changed the mail server in",
  "mail_settings.removed": "took the mail server away from",
  "mail_settings.tested": "tested the mail server in",
  "mail.sent": "sent the mail",
  "mail.failed": "could not send the mail",
  "mail.sent_again": "put into the outbox again the mail",
  "event_stream.created": "made the event stream",
  "event_stream.updated": "changed the event stream",
  "event_stream.paused": "paused the event stream",
  "event_stream.resumed": "let go on the event stream",
  "event_stream.replayed": "sent again from an earlier point the event stream",
  "event_stream.secret_rotated": "made a new key for the event stream",
  "event_stream.tested": "tested the event stream",
  "event_stream.removed": "removed the event stream",
  "export.began": "began to export",
  "export.completed": "exported",
  "export.cancelled": "cancelled the export of",
  "export.cut": "exported a part of",
  "export.failed": "failed to export all of",
  "saved_view.shared": "shared the view",
  "saved_view.updated": "changed the shared view",
  "saved_view.unshared": "shares no more the view",
  "saved_view.deleted": "deleted the shared view",
  "register.week_purged": "took out of the register",
  "evidence.verified": "verified the evidence of",
  "evidence.found_broken": "found broken the evidence of",
  "evidence.verification_cancelled": "cancelled the verification of",
  "evidence.verification_failed": "failed to verify the evidence of",
  "database.restore_confirmed": "confirmed",
  "log.day_dropped": "took out of the log",
  "log.day_released": "let go, though the evidence does not hold,",
  "log.acts_dropped": "took out of the log",
  "demo.seeded": "loaded the sample organisation",
  "organisation.changed": "changed the organisation's settings",
  "organisation.updated": "changed the organisation's settings",
};

const NOUN_WORDS: Record<string, string> = { api_token: "API token", user_group: "group" };

/** An act in words, as "who … what"; one that this version does not name is read from its own parts. */
export function actWords(act: string): string {
  if (Object.hasOwn(ACT_WORDS, act)) return ACT_WORDS[act] as string;
  const [noun = act, verb = ""] = act.split(".");
  return `${verb.replaceAll("_", " ")} ${NOUN_WORDS[noun] ?? noun.replaceAll("_", " ")}`.trim();
}

/** An act where what it was upon is known from the place: "scheduled a revocation of it". */
export function actUponItWords(entry: { act: string; outcome: "done" | "refused" }): string {
  const words = actWords(entry.act).replace(/ (of|upon|to)$/, " $1 it");
  return entry.outcome === "done" ? words : `${words} (refused)`;
}

/** The same for an act that was refused: "was refused to …" reads badly of every act, so it is said after it. */
export function actOutcomeWords(entry: { act: string; outcome: "done" | "refused" }): string {
  return entry.outcome === "done" ? actWords(entry.act) : `${actWords(entry.act)} (refused)`;
}
