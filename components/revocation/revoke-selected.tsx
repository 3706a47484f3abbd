"use client";

import { Button, Group, Modal, NativeSelect, Progress, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconCircleCheck } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { REASON_WORDS, REASONS, type Reason, type RevocationResult } from "#lib/revocations/model.ts";
import { shortId } from "#lib/tokens/model.ts";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { Refusal, StillWorks } from "./revocation-outcome.tsx";
import { sendRevocation } from "./revocation-requests.ts";
import classes from "./revoke-dialog.module.css";
import { RevokeDialog } from "./revoke-dialog.tsx";

type SelectedToken = { id: string; name: string };

/** Revokes what is selected: one token with its whole preview, several one after the other. Empty while closed. */
export function RevokeSelected({ tokens, onClose }: { tokens: SelectedToken[]; onClose: () => void }) {
  const [only] = tokens;
  if (tokens.length <= 1)
    return <RevokeDialog target={only ? { kind: "token", id: only.id } : null} onClose={onClose} />;
  return <RevokeSeveral tokens={tokens} onClose={onClose} />;
}

function RevokeSeveral({ tokens, onClose }: { tokens: SelectedToken[]; onClose: () => void }) {
  const router = useRouter();
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [results, setResults] = useState<RevocationResult[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  const isReady = reason !== "" && (reason !== "unspecified" || note.trim() !== "");
  const isDone = results.length === tokens.length;
  // what counts is the one that is refused everywhere last
  const last = results
    .map((result) => result.refusedEverywhere)
    .sort((a, b) => (a.at ?? "").localeCompare(b.at ?? ""))
    .at(-1);
  const left = [
    ...new Map(
      results.flatMap((result) => result.remains).map((one) => [`${one.says} ${one.until}`, one]),
    ).values(),
  ];

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!isReady || isSending) return;
    setIsSending(true);
    setProblem(null);
    try {
      // those that were done stay done: trying again goes on where it stopped
      for (const token of tokens.slice(results.length)) {
        const result = await sendRevocation(
          { kind: "token", id: token.id },
          { reason: reason as Reason, note: note.trim() },
        );
        setResults((was) => [...was, result]);
      }
    } catch (cause) {
      setProblem(cause);
    } finally {
      setIsSending(false);
      router.refresh();
    }
  }

  return (
    <Modal
      opened
      onClose={() => (isSending ? undefined : onClose())}
      title={`Revoke ${tokens.length} tokens`}
      size={580}
    >
      <form className={classes.form} onSubmit={submit}>
        {isDone ? (
          <div className={classes.outcome} role="status">
            <IconCircleCheck size={20} aria-hidden />
            <p>
              {tokens.length} tokens are revoked. {last ? <Refusal refusal={last} /> : null}
            </p>
          </div>
        ) : (
          <div className={classes.effect}>
            <IconAlertTriangle size={18} aria-hidden />
            <div>
              <p>
                These {tokens.length} tokens stop working at once. A refresh token among them ends its whole
                family.
              </p>
              <p className={classes.final}>There is no undo. New tokens have to be issued instead.</p>
            </div>
          </div>
        )}
        <ul className={classes.remains} style={{ maxHeight: 180, overflow: "auto" }}>
          {isDone
            ? left.map((one) => (
                <li key={`${one.says} ${one.until}`}>
                  <StillWorks remaining={one} />
                </li>
              ))
            : tokens.map((token) => (
                <li key={token.id}>
                  {shortId(token.id)} · {token.name}
                </li>
              ))}
        </ul>
        {isDone ? null : (
          <>
            <NativeSelect
              label="Reason"
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
              required={reason === "unspecified"}
              autosize
              minRows={2}
              maxLength={1000}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          </>
        )}
        {isSending || (problem && results.length > 0) ? (
          <div>
            <Progress value={(results.length / tokens.length) * 100} aria-label="Revoked so far" />
            <p className="muted" role="status">
              {results.length} of {tokens.length} revoked
            </p>
          </div>
        ) : null}
        <ProblemAlert error={problem} title={`${tokens.length - results.length} were not revoked`} />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose} disabled={isSending}>
            {isDone ? "Close" : "Cancel"}
          </Button>
          {isDone ? null : (
            <Button
              type="submit"
              variant="filled"
              color="red"
              leftSection={<IconBan size={16} />}
              disabled={!isReady}
              loading={isSending}
            >
              Revoke {tokens.length - results.length} tokens
            </Button>
          )}
        </Group>
      </form>
    </Modal>
  );
}
