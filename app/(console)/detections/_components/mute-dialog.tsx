"use client";

import { NativeSelect, Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { type DetectionDetail, MUTE_REASON_MAX, type MuteScope, RULE_WORDS } from "#lib/detections/model.ts";
import { detectionWords as words } from "./words.ts";

const HOURS = [
  { value: "1", label: "1 hour" },
  { value: "24", label: "1 day" },
  { value: "168", label: "7 days" },
  { value: "720", label: "30 days" },
  { value: "2159", label: "90 days" },
];

/** Asks about what and for how long a rule is muted, and why. */
export function MuteDialog({
  detection,
  isOpen,
  onClose,
}: {
  detection: DetectionDetail;
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const isOfToken = detection.subject.kind !== "client" && detection.tokenId !== null;
  const [scope, setScope] = useState<MuteScope>(isOfToken ? "token" : "client");
  const [hours, setHours] = useState("168");
  const [reason, setReason] = useState("");

  function close() {
    request.clear();
    onClose();
  }

  async function save() {
    const endsAt = new Date(Date.now() + Number(hours) * 3_600_000).toISOString();
    const body = { scope, endsAt, reason: reason.replace(/\s+/g, " ").trim() };
    if ((await request.send("POST", `/api/v1/detections/${detection.id}/mute`, body)) === undefined) return;
    setReason("");
    onClose();
    router.refresh();
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={`${words.muteTitle}: ${RULE_WORDS[detection.rule]}`}
      act={words.muteTitle}
      isReady={reason.trim() !== ""}
      isBusy={request.isBusy}
      problem={request.problem}
      onSubmit={save}
    >
      <p style={{ margin: 0 }}>{words.muteText}</p>
      <NativeSelect
        label={words.about}
        value={scope}
        onChange={(event) => setScope(event.currentTarget.value as MuteScope)}
        data={[
          ...(isOfToken ? [{ value: "token", label: "This token" }] : []),
          { value: "client", label: `All tokens of ${detection.client?.clientId ?? "the client"}` },
        ]}
      />
      <NativeSelect
        label={words.until}
        value={hours}
        onChange={(event) => setHours(event.currentTarget.value)}
        data={HOURS}
      />
      <Textarea
        label={words.reason}
        description={words.reasonPlaceholder}
        value={reason}
        required
        autosize
        minRows={2}
        maxLength={MUTE_REASON_MAX}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
