import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconPlayerStop,
  IconQuestionMark,
  IconWifiOff,
} from "@tabler/icons-react";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { Tag } from "#components/display/tag.tsx";
import { STANDING_WORDS, type Standing, type VerifierPropagation } from "#lib/propagation/model.ts";

/** The colour and the icon of each standing. */
export const STANDING_LOOKS = {
  silent: { tone: "revoked", Icon: IconWifiOff },
  behind: { tone: "suspended", Icon: IconHourglass },
  old_version: { tone: "suspended", Icon: IconAlertTriangle },
  ended: { tone: "expired", Icon: IconPlayerStop },
  unseen: { tone: "expired", Icon: IconQuestionMark },
  by_itself: { tone: "standby", Icon: IconCircleDashed },
  in_step: { tone: "active", Icon: IconCircleCheck },
} as const satisfies Record<Standing, { tone: string; Icon: unknown }>;

/** How a verifier stands in the feed: icon, word, colour, and by how much or since when. */
export function StandingBadge({ of }: { of: VerifierPropagation }) {
  const { tone, Icon } = STANDING_LOOKS[of.standing];
  const { name, means } = STANDING_WORDS[of.standing];
  return (
    <span title={means}>
      <Tag tone={tone}>
        <Icon size={14} stroke={1.9} aria-hidden />
        {of.standing === "behind" ? (
          `${name} by ${groupedNumber(of.behindBy)}`
        ) : of.standing === "silent" ? (
          <Instant at={of.silentSince} show="lasting" prefix={name} none={name} />
        ) : of.standing === "old_version" ? (
          `${name} ${of.oldVersion}`
        ) : (
          name
        )}
      </Tag>
    </span>
  );
}
