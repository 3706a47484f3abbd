import { actWords } from "../audit/act-words.ts";
import { isSeverity, type OcsfEvent, ocsfBase, present, type Severity } from "./ocsf-base.ts";
import type { ActEvent } from "./stream-event.ts";

const LOGON = 1;
const LOGOFF = 2;
const SIGN_INS: Record<string, number> = {
  "admin.signed_in": LOGON,
  "admin.signed_in_break_glass": LOGON,
  "admin.sign_in_refused": LOGON,
  "admin.signed_out": LOGOFF,
  "user.signed_in": LOGON,
  "user.sign_in_refused": LOGON,
};

/** Acts by which the product says that something is wrong. */
const FINDINGS: Record<string, Severity> = {
  "token.forgery_detected": "critical",
  "token.forgery_reported": "high",
  "refresh_token.replayed": "high",
  "authorization_code.replayed": "high",
  "device_code.replayed": "high",
};
/** What becomes of a detection, as activity and status of the finding that it was streamed as when it was raised. */
const DETECTIONS: Record<string, { activityId: number; statusId: number }> = {
  "detection.raised": { activityId: 1, statusId: 1 },
  "detection.muted": { activityId: 2, statusId: 3 },
  "detection.unmuted": { activityId: 2, statusId: 1 },
  "detection.put_in_case": { activityId: 2, statusId: 2 },
};

/** What an act's last word is among the activities of entity management; what is none of them is Other, by its own name. */
const VERBS: Record<string, number> = {
  created: 1,
  invited: 1,
  opened: 1,
  imported: 1,
  seeded: 1,
  viewed: 2,
  exported: 2,
  completed: 2,
  updated: 3,
  changed: 3,
  rotated: 3,
  added: 3,
  deleted: 4,
  removed: 4,
  destroyed: 4,
  revoked: 4,
  purged: 4,
  enrolled: 6,
  enabled: 8,
  disabled: 9,
  activated: 10,
  retired: 11,
  suspended: 12,
  restored: 13,
};
const OTHER = 99;
const OTHER_ENTITY = 99;
const ENTITY_TYPES: Record<string, number> = { user: 2, admin: 2, group: 3, organisation: 4 };
const ADMIN = 2;
const ACTOR_TYPES: Record<string, number> = { admin: ADMIN, user: 1, client: 4, api_token: 4, system: 3 };

/** An act: a sign-in, a finding, or a change of something. Before, after, reason and note are under `unmapped`. */
export function ocsfOfAct(act: ActEvent): OcsfEvent {
  if (Object.hasOwn(FINDINGS, act.act)) return finding(act, FINDINGS[act.act] as Severity);
  if (Object.hasOwn(DETECTIONS, act.act)) return detection(act);
  const signIn = Object.hasOwn(SIGN_INS, act.act) ? SIGN_INS[act.act] : undefined;
  return signIn === undefined ? entityManagement(act) : authentication(act, signIn);
}

const happened = (act: ActEvent, severity?: Severity) => ({
  id: act.id,
  at: act.at,
  loggedAt: act.at,
  code: act.act,
  log: "admin_act" as const,
  isRefused: isRefusal(act),
  ...(severity === undefined ? {} : { severity }),
});

function isRefusal(act: ActEvent): boolean {
  return act.outcome === "refused" || act.act.endsWith("_refused");
}

const message = (act: ActEvent) => `${act.actor.name} ${actWords(act.act)} ${act.target.name}`.trim();

const who = (act: ActEvent) => ({
  uid: act.actor.id,
  name: act.actor.name,
  type_id: ACTOR_TYPES[act.actor.kind] ?? OTHER,
});

/** What stands for the id of an account that there is none of. */
const NOBODY = new Set(["-", "unknown"]);

/** Whose account a sign-in is of: a refused one is by nobody who is known, and what a rule counts by is the account that was tried. */
const account = (act: ActEvent) =>
  (act.target.kind === "user" || act.target.kind === "admin") && !NOBODY.has(act.target.id)
    ? { uid: act.target.id, name: act.target.name, type_id: ACTOR_TYPES[act.target.kind] ?? OTHER }
    : who(act);

const from = (act: ActEvent) => (act.ip === null ? {} : { src_endpoint: { ip: act.ip } });

const unmapped = (act: ActEvent) => ({
  unmapped: present({
    sequence: act.sequence,
    actor_kind: act.actor.kind,
    target: act.target,
    reason: act.reason,
    note: act.note,
    before: act.before,
    after: act.after,
    request_id: act.requestId,
  }),
});

const common = (act: ActEvent) => ({
  message: message(act),
  ...(act.errorCode === null ? {} : { status_code: act.errorCode }),
  ...unmapped(act),
});

const agent = (act: ActEvent) =>
  act.userAgent === null ? {} : { http_request: { user_agent: act.userAgent } };

function authentication(act: ActEvent, activityId: number): OcsfEvent {
  return {
    ...ocsfBase("authentication", activityId, happened(act)),
    ...common(act),
    user: account(act),
    service: { name: act.act.startsWith("user.") ? "Tokenwarden authority" : "Tokenwarden console" },
    ...from(act),
    ...agent(act),
  };
}

function entityManagement(act: ActEvent): OcsfEvent {
  const verb = act.act.split(/[._]/).at(-1) ?? "";
  const activityId = (Object.hasOwn(VERBS, verb) && VERBS[verb]) || OTHER;
  const { kind, id, name } = act.target;
  return {
    ...ocsfBase("entity_management", activityId, happened(act)),
    ...(activityId === OTHER ? { activity_name: actWords(act.act) } : {}),
    ...common(act),
    actor: { user: who(act) },
    entity: { uid: id, name, type: kind, type_id: ENTITY_TYPES[kind] ?? OTHER_ENTITY },
    ...(act.reason === null ? {} : { comment: [act.reason, act.note].filter(Boolean).join(": ") }),
    ...from(act),
    ...agent(act),
  };
}

function finding(act: ActEvent, severity: Severity): OcsfEvent {
  return {
    ...ocsfBase("detection_finding", 1, happened(act, severity)),
    ...common(act),
    finding_info: {
      uid: act.id,
      title: message(act),
      created_time: Date.parse(act.at),
      types: [act.act],
    },
    evidences: [{ actor: { user: who(act) }, ...from(act) }],
  };
}

/** All that streams carry of one detection has one `finding_info.uid`: its id. Only that it was raised is an alert, as grave as it is. */
function detection(act: ActEvent): OcsfEvent {
  const { activityId, statusId } = DETECTIONS[act.act] as { activityId: number; statusId: number };
  const isRaised = act.act === "detection.raised";
  const severity = isRaised ? severityOf(act.after?.severity) : "informational";
  const rule = act.after?.rule;
  return {
    ...ocsfBase("detection_finding", activityId, happened(act, severity)),
    ...common(act),
    status_id: statusId,
    is_alert: isRaised,
    finding_info: {
      uid: act.target.id,
      title: act.target.name,
      types: [typeof rule === "string" ? rule : act.act],
      ...(isRaised ? { created_time: Date.parse(act.at) } : { modified_time: Date.parse(act.at) }),
    },
    evidences: [{ actor: { user: who(act) }, ...from(act) }],
  };
}

function severityOf(value: unknown): Severity {
  return typeof value === "string" && isSeverity(value) ? value : "high";
}
