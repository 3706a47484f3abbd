"use client";

import { Alert, Button, Group, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { RequestProblem, requestJson } from "#components/request/request-json.ts";
import { type ApprovalDetail, REASON_MAX } from "#lib/approvals/model.ts";
import classes from "./approvals.module.css";
import { useChecked } from "./check.tsx";
import { ForYou } from "./for-you.tsx";
import { RunApproved } from "./run-approved.tsx";
import { approveTitleOf, approvalWords as words } from "./words.ts";

type Act = "approve" | "decline" | "review";

const ACTS: Record<Act, { title: string; act: string; isDanger: boolean; needsNote: boolean }> = {
  approve: { title: "", act: words.approveAct, isDanger: false, needsNote: false },
  decline: { title: words.declineTitle, act: words.declineAct, isDanger: true, needsNote: false },
  review: { title: words.reviewTitle, act: words.reviewAct, isDanger: false, needsNote: true },
};

/** Refusals after which there is nothing left to decide. */
const OVER: ReadonlySet<string> = new Set(["APPROVAL_STALE", "ALREADY_ENDED", "GONE"]);

function NoteDialog({
  approval,
  act,
  onClose,
}: {
  approval: ApprovalDetail;
  act: Act | null;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const [note, setNote] = useState("");
  const isRun = approval.runBy === "approver";
  const texts = {
    approve: isRun
      ? words.approveText
      : approval.kinds.includes("exports")
        ? words.approveFileText
        : words.approveRunText(approval.requestedBy),
    decline: words.declineText,
    review: words.reviewText,
  };
  const told = {
    approve: isRun ? words.approved : words.approvedRun,
    decline: words.declined,
    review: words.reviewedNow,
  };

  function close() {
    request.clear();
    onClose();
  }

  async function send() {
    if (act === null) return;
    const path =
      act === "review"
        ? `/api/v1/break-glass/${approval.id}/review`
        : `/api/v1/approvals/${approval.id}/${act}`;
    const answer = await request.run(async () => {
      try {
        return await requestJson<ApprovalDetail>(path, { method: "POST", body: { note } });
      } catch (error) {
        if (!(error instanceof RequestProblem) || !OVER.has(error.code)) throw error;
        // its page says why, once, and has no button any more
        close();
        router.refresh();
        return undefined;
      }
    });
    if (answer === undefined) return;
    notifications.show({ message: told[act], color: "green" });
    close();
    router.refresh();
  }

  const words2 = act === null ? null : ACTS[act];
  return (
    <FormDialog
      isOpen={act !== null}
      onClose={close}
      title={act === "approve" ? approveTitleOf(approval) : (words2?.title ?? "")}
      act={words2?.act ?? ""}
      isDanger={words2?.isDanger ?? false}
      isReady={!(words2?.needsNote ?? false) || note.trim() !== ""}
      isBusy={request.isBusy}
      problem={request.problem}
      onSubmit={send}
    >
      {act === "approve" && approval.receives !== null ? (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} />}>
          {approval.receives}
        </Alert>
      ) : null}
      <p style={{ margin: 0 }}>{act === null ? null : texts[act]}</p>
      {act === "approve" ? <ForYou texts={approval.forYou} /> : null}
      <Textarea
        label={words.noteLabel}
        description={words.noteHelp}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        required={words2?.needsNote ?? false}
        autosize
        minRows={2}
        maxLength={REASON_MAX}
        data-autofocus
      />
    </FormDialog>
  );
}

/** What this person may do with it; why they may not decide, where they may not. */
export function ApprovalActions({ approval }: { approval: ApprovalDetail }) {
  const done = useDone();
  const [act, setAct] = useState<Act | null>(null);
  const [isWithdrawing, setIsWithdrawing] = useState(false);
  const { may, whyNot } = approval;
  const isStale = useChecked().found?.isStale === true;
  return (
    <Group gap="xs">
      {whyNot === null ? null : <span className={`muted ${classes.whyNot}`}>{whyNot}</span>}
      {may.withdraw ? <Button onClick={() => setIsWithdrawing(true)}>{words.withdraw}</Button> : null}
      {may.decide ? (
        <>
          <Button color="red" onClick={() => setAct("decline")}>
            {words.decline}
          </Button>
          {isStale ? null : (
            <Button variant="filled" onClick={() => setAct("approve")}>
              {words.approve}
            </Button>
          )}
        </>
      ) : null}
      {may.review ? (
        <Button variant="filled" onClick={() => setAct("review")}>
          {words.review}
        </Button>
      ) : null}
      <RunApproved approval={approval} />
      <NoteDialog approval={approval} act={act} onClose={() => setAct(null)} />
      <ConfirmDialog
        isOpen={isWithdrawing}
        onClose={() => setIsWithdrawing(false)}
        title={words.withdrawTitle}
        act={words.withdraw}
        onConfirm={async () => {
          await requestJson(`/api/v1/approvals/${approval.id}/withdraw`, { method: "POST" });
          done(words.withdrawn);
        }}
      >
        {words.withdrawText}
      </ConfirmDialog>
    </Group>
  );
}
