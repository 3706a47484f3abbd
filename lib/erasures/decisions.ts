/**
 * What an erasure of a person does with each table that there is, and with each of its columns that can hold a text, JSON or bytes. `decisions.db.test.ts` holds it
 * against the database: a migration that adds a table or such a column is not done before it stands here. See docs/decisions/0047-erasure.md.
 *
 * Columns are separated by spaces:
 * - `erases`: emptied, or written over, in rows of the person;
 * - `searches`: texts that may name anybody; what a person was ever called is taken out (`MENTIONING`);
 * - `keeps`: says nothing of a person of the directory, or what stays on purpose, as 0047 has it.
 */
export type Decision = {
  /** Rows of the person go as a whole; `with their parent`: by the foreign key of what they are of. */
  rows?: "deleted" | "with their parent";
  erases?: string;
  searches?: string;
  keeps?: string;
  why?: string;
};

export const DECISIONS: Readonly<Record<string, Decision>> = {
  admin: {
    keeps: "email name role password_hash totp_wrapped",
    why: "an admin is another account, also with the same address",
  },
  admin_identity: {
    keeps: "email invited_email subject withdrawn_because",
    why: "an admin is another account",
  },
  admin_proof: { keeps: "subject proven_by", why: "an admin is another account" },
  admin_session: { keeps: "ended_reason ip user_agent signed_in_by", why: "an admin is another account" },
  admin_step_up: { keeps: "kind proven_by" },
  api_token: { keeps: "name role token_hash hint created_by networks last_used_ip" },
  approval: {
    searches: "summary request shown reason note review_note changed",
    keeps:
      "way state end_cause kinds method path digest run_by permissions plan_kind actor_kind actor_id actor_name person_id decided_by_name reviewed_by_name",
    why: "who asks and decides is an admin",
  },
  approval_policy: { keeps: "kinds" },
  audience: { keeps: "name title resource_uri" },
  audit_chain: { keeps: "id hash" },
  audit_entry: {
    erases: "actor_name target_name note before after ip user_agent salt actor_hash target_hash content_hash",
    keeps: "actor_kind actor_id act outcome error_code target_kind target_id reason request_id chain_hash",
    why: "each part by its own: who, whom, what",
  },
  authority_issuer: { keeps: "issuer" },
  busy_use: {
    rows: "with their parent",
    keeps: "kind subject",
    why: "ids stay, as in the log; addresses go with their day, which is counted anew without those that were taken out",
  },
  busy_use_day: { rows: "deleted", why: "of each day in which uses of the person were erased" },
  bulk_reach: { keeps: "person_id", why: "an admin's id" },
  call_use: {
    rows: "with their parent",
    keeps: "kind method value",
    why: "paths and user agents go with their day, which is counted anew without those that were taken out",
  },
  call_use_day: { rows: "with their parent", keeps: "kind" },
  checkpoint: { keeps: "kid jws" },
  checkpoint_wish: {},
  client: {
    erases: "contact_email",
    searches: "description",
    keeps:
      "client_id name kind token_format grant_types redirect_uris post_logout_redirect_uris custom_claims jwks_uri jwks",
  },
  client_audience: {},
  client_key_fetch: { keeps: "uri error keys" },
  client_permission: {},
  client_secret: { keeps: "secret_hash hint" },
  detection: { erases: "facts", searches: "facts", keeps: "rule severity state subject_kind subject_id" },
  detection_client: {},
  detection_mute: { searches: "reason", keeps: "rule by_id by_name ended_by_name" },
  detection_reader: {},
  detection_slice: { keeps: "seen" },
  detection_token: { rows: "deleted", keeps: "countries tries" },
  detection_use: {},
  detection_tuning: { keeps: "rule values countries updated_by_name" },
  ended_client_secret: { keeps: "secret_hash hint" },
  erasure: { keeps: "state reason note actor_kind actor_id actor_name problem found" },
  event_stream: {
    keeps:
      "name status status_reason delivery url format sources outcome secret_wrapped previous_secret_wrapped authorization_wrapped ca_pem uses_base uses_epoch uses_key last_error",
  },
  event_stream_loss: { keeps: "source" },
  evidence_check: { keeps: "actor_kind actor_id actor_name state found" },
  evidence_file: { keeps: "format actor_kind actor_id of_sha256" },
  evidence_writer: {},
  feed_acknowledgement: {},
  feed_head: {},
  feed_sighting: {},
  former_mail_server: { keeps: "host tls username password_wrapped ca_pem from_address from_name" },
  former_verifier_audience: {},
  former_webhook: { keeps: "url secret_wrapped authorization_wrapped last_error" },
  group_client: {},
  group_member: { rows: "deleted" },
  group_permission: {},
  held_mail: { keeps: "budget" },
  idempotency_key: {
    searches: "answer",
    keeps: "actor_id key fingerprint state request_id location permissions",
    why: "an answer is kept for a day",
  },
  incident: {
    erases: "compromised_why",
    searches: "title compromised_why",
    keeps: "state severity opened_by_kind opened_by_id opened_by_name",
  },
  incident_note: {
    erases: "text",
    searches: "text",
    keeps: "step by_id by_name",
    why: "what was suggested or noted of a detection goes with the person; what somebody wrote is searched",
  },
  incident_step: { searches: "what", keeps: "step done_by_id done_by_name" },
  incident_subject: { searches: "name", keeps: "kind added_by_name" },
  kept_leaf: {
    keeps: "leaf",
    why: "hashes of rows from before leaves had parts: what of them is erased is not in them",
  },
  key_policy: { keeps: "purpose algorithm" },
  leak_finding: { searches: "name url source", keeps: "kind type outcome secret_hint" },
  leak_report: { keeps: "digest" },
  lifetime_plan: { keeps: "actor_kind actor_id of_kind of_id settings" },
  lifetime_plan_slice: {},
  list_export: { searches: "query", keeps: "list format actor_kind actor_id actor_name state problem" },
  live_token: { keeps: "kind format session_uid scopes groups audiences signing_kid" },
  live_token_mark: {},
  mail: {
    erases: "to_address recipient_name subject body",
    searches: "subject body",
    keeps: "message_id kind recipient_kind state last_error created_by_name budget",
  },
  mail_settings: { keeps: "host tls username password_wrapped ca_pem from_address from_name" },
  master_key: { keeps: "key_id root_wrapped" },
  notification: {
    searches: "title text subject_name actor_name",
    keeps: "kind key tone path needs subject_kind subject_id thread",
  },
  notification_choice: { keeps: "kind channel" },
  notification_condition: { searches: "subject_name", keeps: "kind subject_id phase" },
  notification_receipt: {},
  notification_settings: { keeps: "defaults" },
  notification_webhook: {
    keeps:
      "url kinds status status_reason secret_wrapped previous_secret_wrapped authorization_wrapped last_error",
  },
  order_plan: {
    searches: "target_name confirm",
    keeps: "actor_kind actor_id verb target_kind target_id audiences",
  },
  order_plan_name: { keeps: "kind" },
  order_presented: {},
  order_settling: {},
  organisation: { keeps: "name" },
  passkey: { keeps: "name credential_id public_key transports", why: "an admin is another account" },
  people_import: {
    rows: "deleted",
    searches: "file_name",
    keeps: "kind file_hash state passed_over columns summary actor_kind actor_id actor_name",
  },
  people_import_part: { rows: "with their parent", keeps: "content" },
  people_import_row: { erases: "key remark given before", searches: "remark given before", keeps: "outcome" },
  permission: { keeps: "name description" },
  preference: { searches: "value", keeps: "actor_id name" },
  protocol_state: {
    rows: "deleted",
    keeps: "model id_hash payload grant_id account_id client_id uid user_code",
  },
  purged_acts: {},
  purged_use_day: {},
  purged_week: {},
  received_signal: { keeps: "jti event_type outcome txn" },
  recovery_code: { keeps: "code_hash" },
  refresh_consumption: {},
  refused_count: { keeps: "verifier_id ip refusal", why: "counted by address and minute: names nobody" },
  registry_version: {},
  released_use_day: {},
  report_gap: {},
  report_loss: {},
  restore: { keeps: "mark_hash" },
  revocation_order: {
    searches: "target_name actor_name note",
    keeps: "verb target_kind target_id reason actor_kind actor_id",
  },
  saved_view: { searches: "query name", keeps: "list name_key scope hidden_columns owner_id owner_name" },
  scanner: { keeps: "name action" },
  scanner_secret: { keeps: "secret_hash hint" },
  schema_floor: { keeps: "oldest" },
  seal: { keeps: "sealed_by root previous hash" },
  selection: { searches: "filters" },
  selection_chunk: {},
  selection_token: {},
  setup_link: { keeps: "token_hash withdrawn_because" },
  sign_in_refusal: { keeps: "key", why: "an admin's id" },
  sign_in_attempt: { rows: "deleted", keeps: "key" },
  sign_on: { rows: "deleted", keeps: "uid ip country user_agent" },
  signal_acknowledgement: {},
  signal_event: { searches: "subject event", keeps: "type txn" },
  signal_head: {},
  signal_policy: { keeps: "event_type action" },
  sign_in_policy: {},
  sign_in_provider: {
    keeps:
      "name issuer client_id client_secret_wrapped scopes role_claim role_rules default_role acr_values required_acr required_amr",
  },
  signal_receiver: {
    keeps: "name issuer jwks_url audience subject_by attribute secret_hash hint last_error",
  },
  signal_stream: {
    searches: "description",
    keeps: "audience events delivery endpoint_url authorization_wrapped status status_reason last_error",
  },
  signing_key: { keeps: "kid purpose algorithm state public_jwk private_wrapped" },
  spent_challenge: { keeps: "challenge_hash" },
  status_list: {},
  token: {
    erases: "ip user_agent",
    keeps:
      "kind format subject session_uid grant_type scopes groups roles audiences claims signing_kid country value_hash",
    why: "labels and claims are the client's, and say what it opened; the country is coarse",
  },
  token_client_tally: { keeps: "facet kind" },
  token_client_tally_mark: {},
  token_family: { keeps: "session_uid" },
  token_label: { keeps: "kind label" },
  token_standing: {},
  token_tally: { keeps: "kind format facet label" },
  token_tally_mark: {},
  token_time_tally: { keeps: "facet kind" },
  token_time_tally_mark: {},
  token_usage: { erases: "last_ip" },
  token_use: {
    erases: "path ip user_agent salt",
    keeps: "outcome refusal source token_kind subject audience method country",
  },
  use_mix: { keeps: "outcome refusal source country" },
  use_report: { keeps: "digest" },
  use_rollup: {},
  use_rollup_mark: {},
  user_account: { erases: "email name password_hash attributes" },
  user_grant: { rows: "deleted", keeps: "grant_id scopes permissions" },
  user_group: { searches: "description", keeps: "name" },
  verifier: { searches: "description", keeps: "name mode audit_mode check_way" },
  verifier_audience: {},
  verifier_instance: { keeps: "way agent mode ended_by kids" },
  verifier_key: { keeps: "kid" },
  verifier_secret: { keeps: "secret_hash hint" },
};
