"use client";

import { Button } from "@mantine/core";
import { IconAdjustments, IconBell, IconBellOff, IconFolderPlus } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import type { DetectionDetail } from "#lib/detections/model.ts";
import { RULES } from "#lib/detections/rules.ts";
import { incidentHref } from "#lib/incidents/model.ts";
import { CaseDialog } from "./case-dialog.tsx";
import { MuteDialog } from "./mute-dialog.tsx";
import { TuneDialog } from "./tune-dialog.tsx";
import { detectionWords as words } from "./words.ts";

type Asked = "case" | "mute" | "tune" | null;

/** What can be done about a detection; the case is the primary one. */
export function DetectionActions({
  detection,
  openCase,
  canWrite,
  canTune,
}: {
  detection: DetectionDetail;
  /** The number of an open case that its token is in already, where the detection is not. */
  openCase: number | null;
  canWrite: boolean;
  canTune: boolean;
}) {
  const router = useRouter();
  const request = useSend();
  const [asked, setAsked] = useState<Asked>(null);
  const { state, settings, client, rule } = detection;
  const { thresholds, takesCountries, canMute } = RULES[rule];
  // what can only be switched off is tuned too, where it may be
  const isTunable =
    settings !== null && client !== null && (canMute || takesCountries || Object.keys(thresholds).length > 0);

  async function unmute() {
    await request.send("POST", `/api/v1/detections/${detection.id}/unmute`);
    router.refresh();
  }

  return (
    <>
      {canTune && isTunable ? (
        <Button leftSection={<IconAdjustments size={16} />} onClick={() => setAsked("tune")}>
          {words.tune}
        </Button>
      ) : null}
      {canWrite && state === "muted" ? (
        <Button leftSection={<IconBell size={16} />} loading={request.isBusy} onClick={unmute}>
          {words.unmute}
        </Button>
      ) : null}
      {canWrite && state === "open" && canMute && client !== null ? (
        <Button leftSection={<IconBellOff size={16} />} onClick={() => setAsked("mute")}>
          {words.mute}
        </Button>
      ) : null}
      {canWrite && state !== "in_case" ? (
        <Button
          variant={openCase === null ? "filled" : "default"}
          leftSection={<IconFolderPlus size={16} />}
          onClick={() => setAsked("case")}
        >
          {openCase === null ? words.openCase : words.putInCaseEllipsis}
        </Button>
      ) : null}
      {state !== "in_case" && openCase !== null ? (
        <Button variant="filled" component={Link} href={incidentHref(openCase)} prefetch={false}>
          {words.toCase(openCase)}
        </Button>
      ) : null}
      <CaseDialog detection={detection} isOpen={asked === "case"} onClose={() => setAsked(null)} />
      <MuteDialog detection={detection} isOpen={asked === "mute"} onClose={() => setAsked(null)} />
      {settings === null || client === null ? null : (
        <TuneDialog
          settings={settings}
          client={client}
          isOpen={asked === "tune"}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
