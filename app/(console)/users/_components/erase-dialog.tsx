"use client";

import { Alert, Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconEraser } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import { KeyValue } from "#components/display/key-value.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { LoadingNote } from "#components/feedback/skeleton.tsx";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { NotPlanned, PlannedActButtons, TypeToConfirm } from "#components/revocation/confirm-planned.tsx";
import { GuardedHint } from "#components/second-person/guarded-kinds.tsx";
import { useWork } from "#components/work/work.tsx";
import {
  ERASURE_NOTE_MAX,
  ERASURE_REASONS,
  type ErasurePlan,
  type ErasureReason,
} from "#lib/erasures/model.ts";
import { ERASURE_REASON_WORDS } from "#lib/erasures/words.ts";
import { eraseWords as words } from "./erase-words.ts";

type Erasable = { id: string; name: string; isErased: boolean };

/** The way to the erasure of somebody's data: what it would do, what stays, what cannot be reached, and the act. */
export function EraseUser({ user }: { user: Erasable }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        variant="outline"
        color="red"
        leftSection={<IconEraser size={16} />}
        onClick={() => setIsOpen(true)}
      >
        {user.isErased ? words.again : words.open}
      </Button>
      <OnDemandDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.title(user.name)}
        size={620}
      >
        <EraseForm userId={user.id} onClose={() => setIsOpen(false)} />
      </OnDemandDialog>
    </>
  );
}

function EraseForm({ userId, onClose }: { userId: string; onClose: () => void }) {
  const [plan, setPlan] = useState<ErasurePlan | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try plans again
  useEffect(() => {
    let isGone = false;
    setProblem(null);
    requestJson<ErasurePlan>(`/api/v1/users/${userId}/erasure-plan`).then(
      (found) => isGone || setPlan(found),
      (error: unknown) => isGone || setProblem(error),
    );
    return () => {
      isGone = true;
    };
  }, [userId, tries]);
  if (problem !== null)
    return <NotPlanned error={problem} onReplan={() => setTries(tries + 1)} onClose={onClose} />;
  if (plan === null) return <LoadingNote what={words.planning} />;
  return <PlannedErasure plan={plan} onClose={onClose} />;
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <Text fw={600}>{title}</Text>
      <Text c="dimmed">{children}</Text>
    </div>
  );
}

function PlannedErasure({ plan, onClose }: { plan: ErasurePlan; onClose: () => void }) {
  const router = useRouter();
  const { look } = useWork();
  const [reason, setReason] = useState<ErasureReason>("user_request");
  const [note, setNote] = useState("");
  const [typed, setTyped] = useState("");
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isRefused = plan.refusals.length > 0;
  const isTyped = typed.trim().toLowerCase() === plan.confirm;
  const isReady = !isRefused && isTyped && (reason !== "unspecified" || note.trim() !== "");

  async function erase(event: FormEvent) {
    event.preventDefault();
    if (!isReady || isSending) return;
    setIsSending(true);
    setError(null);
    try {
      await requestJson(`/api/v1/users/${plan.userId}/erasure`, {
        method: "POST",
        body: { reason, note: note.trim(), confirm: typed },
      });
      onClose();
      notifications.show({ message: words.begun, color: "green" });
      look();
      router.refresh();
    } catch (cause) {
      setError(cause);
    } finally {
      setIsSending(false);
    }
  }

  return (
    <form onSubmit={erase}>
      <Stack gap="md">
        {isRefused ? (
          <Alert color="yellow" title={words.refused} role="status">
            {plan.refusals.map((refusal) => (
              <p key={refusal}>{refusal}</p>
            ))}
          </Alert>
        ) : null}
        <GuardedHint kind="retention" />
        {plan.isAdminToo ? <Alert color="yellow">{words.adminToo}</Alert> : null}
        <div>
          <Text fw={600}>{words.mentions}</Text>
          <KeyValue items={words.counts(plan.counts)} />
        </div>
        <Part title={words.erased}>{words.erasedText}</Part>
        <Part title={words.stays}>{words.staysText}</Part>
        <Part title={words.notReached}>{words.notReachedText}</Part>
        <Text c="dimmed">{words.later}</Text>
        {isRefused ? null : (
          <>
            <Select
              label={words.reason}
              data={ERASURE_REASONS.map((value) => ({ value, label: ERASURE_REASON_WORDS[value] }))}
              value={reason}
              onChange={(value) => setReason((value ?? "user_request") as ErasureReason)}
              allowDeselect={false}
            />
            <TextInput
              label={words.note}
              description={words.noteHelp}
              value={note}
              maxLength={ERASURE_NOTE_MAX}
              required={reason === "unspecified"}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <TypeToConfirm toType={plan.confirm} value={typed} onChange={setTyped} />
          </>
        )}
        <ProblemAlert error={error} />
        {isRefused ? (
          <Button onClick={onClose} style={{ alignSelf: "flex-end" }}>
            {words.close}
          </Button>
        ) : (
          <PlannedActButtons
            act={words.act}
            color="red"
            icon={<IconEraser size={16} />}
            isReady={isReady}
            isSending={isSending}
            onClose={onClose}
          />
        )}
      </Stack>
    </form>
  );
}
