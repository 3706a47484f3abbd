"use client";

import { Button, Group, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconBan } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import {
  REASON_WORDS,
  REASONS,
  type Reason,
  type RevocationPreview,
  type RevocationResult,
} from "#lib/revocations/model.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { Bar, LoadingNote } from "../feedback/skeleton.tsx";
import { RevocationOutcome, StillWorks } from "./revocation-outcome.tsx";
import { askPreview, type RevocationTarget, sendRevocation } from "./revocation-requests.ts";
import classes from "./revoke-dialog.module.css";

/** Above so many tokens the target's name is to be typed. */
const TYPE_ABOVE = 20;

const NAMES = {
  token: "token",
  family: "family",
  session: "session",
  user: "user",
  client: "client",
} as const;

const TITLES = {
  token: "Revoke a token",
  family: "Revoke a family of tokens",
  session: "Revoke a session",
  user: "Revoke everything of a user",
  client: "Revoke everything of a client",
} as const;

function amount(value: number, isExact: boolean): string {
  return `${groupedNumber(value)}${isExact ? "" : " or more"} token${value === 1 ? "" : "s"}`;
}

type RevokeDialogProps = {
  /** Null while closed. */
  target: RevocationTarget | null;
  onClose: () => void;
};

/**
 * Revokes a target: says in words what will stop working, asks for the reason, and shows what was done and what remains. Large
 * targets ask for their name.
 */
export function RevokeDialog({ target, onClose }: RevokeDialogProps) {
  const [isBusy, setIsBusy] = useState(false);
  return (
    <Modal
      opened={target !== null}
      onClose={() => (isBusy ? undefined : onClose())}
      title={target ? TITLES[target.kind] : ""}
      size={580}
    >
      {target ? (
        <RevokeForm
          key={`${target.kind} ${target.id}`}
          target={target}
          onClose={onClose}
          onBusy={setIsBusy}
        />
      ) : null}
    </Modal>
  );
}

function usePreview(target: RevocationTarget) {
  const { kind, id } = target;
  const [preview, setPreview] = useState<RevocationPreview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is asked for again on purpose
  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    askPreview({ kind, id }, stop.signal)
      .then(setPreview)
      .catch((cause) => (stop.signal.aborted ? undefined : setError(cause)));
    return () => stop.abort();
  }, [kind, id, attempt]);
  return { preview, error, retry: () => setAttempt((count) => count + 1) };
}

function RevokeForm({
  target,
  onClose,
  onBusy,
}: {
  target: RevocationTarget;
  onClose: () => void;
  onBusy: (isBusy: boolean) => void;
}) {
  const router = useRouter();
  const { preview, error: previewError, retry } = usePreview(target);
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  const [result, setResult] = useState<RevocationResult | null>(null);

  if (result) return <RevocationOutcome result={result} onClose={onClose} />;
  if (previewError)
    return (
      <div className={classes.form}>
        <ProblemAlert error={previewError} title="What it would do could not be counted" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button onClick={retry}>Try again</Button>
        </Group>
      </div>
    );
  if (!preview)
    return (
      <div className={classes.form}>
        <LoadingNote what="what this would do" />
        <Bar width="80%" />
        <Bar width="64%" />
        <Bar height={34} />
        <Bar height={72} />
      </div>
    );

  const needsNote = reason === "unspecified";
  const mustType = preview.tokens.value > TYPE_ABOVE;
  const isReady =
    reason !== "" &&
    (!needsNote || note.trim() !== "") &&
    (!mustType || typed.trim() === preview.target.name);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!isReady || isSending) return;
    setIsSending(true);
    onBusy(true);
    setProblem(null);
    try {
      setResult(await sendRevocation(target, { reason: reason as Reason, note: note.trim() }));
      router.refresh();
    } catch (cause) {
      setProblem(cause);
    } finally {
      setIsSending(false);
      onBusy(false);
    }
  }

  return (
    <form className={classes.form} onSubmit={submit}>
      <p>
        <strong className={classes.name}>{preview.target.name}</strong>
        {preview.widensTo ? (
          <span className="muted">
            {" "}
            · a refresh token ends with its {NAMES[preview.widensTo.kind]} {preview.widensTo.name}
          </span>
        ) : null}
      </p>
      <div className={classes.effect}>
        <IconAlertTriangle size={18} aria-hidden />
        <div>
          {preview.isAlreadyRevoked ? <p>It is revoked already: nothing more will be changed.</p> : null}
          {preview.sentences.map((sentence, index) => (
            <p key={sentence} className={index === preview.sentences.length - 1 ? classes.final : undefined}>
              {sentence}
            </p>
          ))}
        </div>
      </div>
      {preview.callers.length > 0 ? (
        <div>
          <h3 className={classes.heading}>Called with it in the last 24 hours</h3>
          <Callers title="Clients that it was used by" callers={preview.callers} kind="client" />
          <Callers title="Verifiers that saw the same uses" callers={preview.callers} kind="verifier" />
        </div>
      ) : null}
      {preview.remains.length > 0 ? (
        <div>
          <h3 className={classes.heading}>This will still work</h3>
          <ul className={classes.remains}>
            {preview.remains.map((remaining) => (
              <li key={`${remaining.kind} ${remaining.says}`}>
                <StillWorks remaining={remaining} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <NativeSelect
        label="Reason"
        description="Stands in the audit log beside your name."
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value as Reason | "")}
        data={[
          { value: "", label: "Choose a reason" },
          ...REASONS.map((value) => ({ value, label: REASON_WORDS[value] })),
        ]}
      />
      <Textarea
        label="Note"
        required={needsNote}
        autosize
        minRows={2}
        maxLength={1000}
        placeholder="Where it was found, who asked, which ticket"
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {mustType ? (
        <TextInput
          label={
            <>
              Type <span className={classes.name}>{preview.target.name}</span> to confirm
            </>
          }
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      ) : null}
      <ProblemAlert error={problem} title="It was not revoked" />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose} disabled={isSending}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant="filled"
          color="red"
          leftSection={<IconBan size={16} />}
          disabled={!isReady}
          loading={isSending}
        >
          {preview.tokens.value === 0
            ? "Revoke"
            : `Revoke ${amount(preview.tokens.value, preview.tokens.isExact)}`}
        </Button>
      </Group>
    </form>
  );
}

/** Who would notice, of one kind: clients and verifiers count the same uses, each from its own side. */
function Callers({
  title,
  callers,
  kind,
}: {
  title: string;
  callers: RevocationPreview["callers"];
  kind: RevocationPreview["callers"][number]["kind"];
}) {
  const ofKind = callers.filter((caller) => caller.kind === kind);
  if (ofKind.length === 0) return null;
  return (
    <>
      <p className="muted">{title}</p>
      <ul className={classes.callers} aria-label={title}>
        {ofKind.map((caller) => (
          <li key={caller.id}>
            <span>{caller.name}</span>
            <span className="muted">
              {groupedNumber(caller.uses)} {caller.uses === 1 ? "use" : "uses"}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
