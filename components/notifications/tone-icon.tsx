import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconUrgent } from "@tabler/icons-react";
import type { Tone } from "#lib/notifications/model.ts";
import classes from "./notifications.module.css";

const ICONS = {
  good: { Icon: IconCircleCheck, word: "Good" },
  information: { Icon: IconInfoCircle, word: "For your information" },
  warning: { Icon: IconAlertTriangle, word: "Warning" },
  danger: { Icon: IconUrgent, word: "Urgent" },
} as const;

/** How grave it is: by shape, by colour, and in a word for who hears it. */
export function ToneIcon({ tone }: { tone: Tone }) {
  const { Icon, word } = ICONS[tone];
  return (
    <span className={classes.tone} data-tone={tone} role="img" aria-label={word}>
      <Icon size={18} aria-hidden />
    </span>
  );
}
