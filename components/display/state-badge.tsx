import {
  IconAlertCircle,
  IconAlertTriangle,
  IconBan,
  IconBellOff,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleOff,
  IconClockOff,
  IconClockPlay,
  IconEye,
  IconLifebuoy,
  IconPlayerPause,
  IconRefresh,
  IconShieldCheck,
  IconShieldX,
  IconSignature,
  IconTrash,
} from "@tabler/icons-react";
import classes from "./state-badge.module.css";

const STATES = {
  // tokens
  active: { word: "Active", tone: "active", Icon: IconCircleCheck },
  suspended: { word: "Suspended", tone: "suspended", Icon: IconPlayerPause },
  revoked: { word: "Revoked", tone: "revoked", Icon: IconBan },
  expired: { word: "Expired", tone: "expired", Icon: IconClockOff },
  not_yet_valid: { word: "Not yet valid", tone: "standby", Icon: IconClockPlay },
  consumed: { word: "Consumed", tone: "expired", Icon: IconRefresh },
  // keys
  signing: { word: "Signing", tone: "active", Icon: IconSignature },
  standby: { word: "Standby", tone: "standby", Icon: IconCircleDashed },
  retiring: { word: "Retiring", tone: "expired", Icon: IconEye },
  retired: { word: "Retired", tone: "expired", Icon: IconCircleOff },
  compromised: { word: "Compromised", tone: "revoked", Icon: IconAlertCircle },
  destroyed: { word: "Destroyed", tone: "revoked", Icon: IconTrash },
  // clients, users, verifiers, admins
  enabled: { word: "Enabled", tone: "active", Icon: IconCircleCheck },
  disabled: { word: "Disabled", tone: "expired", Icon: IconCircleOff },
  // API tokens, with whoever made them
  stopped: { word: "Stopped", tone: "suspended", Icon: IconPlayerPause },
  // streams
  paused: { word: "Paused", tone: "suspended", Icon: IconPlayerPause },
  failing: { word: "Failing", tone: "revoked", Icon: IconAlertCircle },
  behind: { word: "Behind", tone: "standby", Icon: IconClockPlay },
  well: { word: "Up to date", tone: "active", Icon: IconCircleCheck },
  // mail
  queued: { word: "Waiting", tone: "standby", Icon: IconClockPlay },
  sent: { word: "Sent", tone: "active", Icon: IconCircleCheck },
  failed: { word: "Failed", tone: "revoked", Icon: IconAlertCircle },
  // uses and acts
  issued: { word: "Issued", tone: "standby", Icon: IconSignature },
  allowed: { word: "Allowed", tone: "active", Icon: IconCircleCheck },
  refused: { word: "Refused", tone: "revoked", Icon: IconShieldX },
  // cases
  open: { word: "Open", tone: "revoked", Icon: IconAlertCircle },
  held: { word: "Held", tone: "suspended", Icon: IconPlayerPause },
  contained: { word: "Contained", tone: "active", Icon: IconShieldCheck },
  closed: { word: "Closed", tone: "expired", Icon: IconCircleCheck },
  // detections
  muted: { word: "Muted", tone: "expired", Icon: IconBellOff },
  in_case: { word: "In a case", tone: "suspended", Icon: IconLifebuoy },
  done: { word: "Done", tone: "active", Icon: IconCircleCheck },
  // approvals
  pending: { word: "Waiting", tone: "suspended", Icon: IconClockPlay },
  approved: { word: "Approved", tone: "standby", Icon: IconCircleCheck },
  declined: { word: "Declined", tone: "revoked", Icon: IconBan },
  withdrawn: { word: "Withdrawn", tone: "expired", Icon: IconCircleOff },
  stale: { word: "Refused", tone: "revoked", Icon: IconAlertCircle },
  orphaned: { word: "Ended", tone: "expired", Icon: IconCircleOff },
  lapsed: { word: "Lapsed", tone: "expired", Icon: IconClockOff },
  break_glass: { word: "Break-glass", tone: "revoked", Icon: IconAlertTriangle },
  reviewed: { word: "Reviewed", tone: "expired", Icon: IconCircleCheck },
} as const;

export type BadgeState = keyof typeof STATES;

/** Whether a text that came from elsewhere names a state that has a badge. */
export function isBadgeState(text: string): text is BadgeState {
  return Object.hasOwn(STATES, text);
}

type StateBadgeProps = {
  state: BadgeState;
  /** Another word than the state's own, such as "214 refused". */
  children?: React.ReactNode;
};

/** A state by icon, word and colour together. */
export function StateBadge({ state, children }: StateBadgeProps) {
  const { word, tone, Icon } = STATES[state];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={14} stroke={1.9} aria-hidden />
      {children ?? word}
    </span>
  );
}
