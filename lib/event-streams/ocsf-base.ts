export type OcsfEvent = Record<string, unknown>;

export const OCSF_VERSION = "1.8.0";

/** Classes that are emitted, by their names in the schema. */
const CLASSES = {
  detection_finding: { uid: 2004, category: 2 },
  authentication: { uid: 3002, category: 3 },
  entity_management: { uid: 3004, category: 3 },
  api_activity: { uid: 6003, category: 6 },
} as const;
export type OcsfClass = keyof typeof CLASSES;

const SEVERITY = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
export type Severity = keyof typeof SEVERITY;

export function isSeverity(name: string): name is Severity {
  return Object.hasOwn(SEVERITY, name);
}

export type Happened = {
  id: string;
  at: string;
  /** When it was recorded. */
  loggedAt: string;
  /** What it is called here: an act, or a use's source and outcome. */
  code: string;
  log: "token_use" | "admin_act" | "test";
  isRefused: boolean;
  severity?: Severity;
};

/** What every class wants: who says it, when, what and how bad. Times are milliseconds since 1970. */
export function ocsfBase(name: OcsfClass, activityId: number, happened: Happened): OcsfEvent {
  const { uid, category } = CLASSES[name];
  const { id, at, loggedAt, code, log, isRefused, severity = isRefused ? "low" : "informational" } = happened;
  return {
    class_uid: uid,
    category_uid: category,
    activity_id: activityId,
    type_uid: uid * 100 + activityId,
    severity_id: SEVERITY[severity],
    time: Date.parse(at),
    metadata: {
      version: OCSF_VERSION,
      product: { name: "Tokenwarden", vendor_name: "Tokenwarden" },
      uid: id,
      original_event_uid: id,
      original_time: at,
      logged_time: Date.parse(loggedAt),
      log_name: log,
      event_code: code,
    },
    ...(name === "detection_finding"
      ? { status_id: 1, is_alert: true }
      : { status_id: isRefused ? 2 : 1, status: isRefused ? "Failure" : "Success" }),
  };
}

/** The object without what is not there. */
export function present<T extends Record<string, unknown>>(
  fields: T,
): { [key in keyof T]?: NonNullable<T[key]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as { [key in keyof T]?: NonNullable<T[key]> };
}
