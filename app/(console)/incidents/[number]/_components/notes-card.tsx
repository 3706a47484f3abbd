"use client";

import { Button, Group, NativeSelect, Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { useKeep } from "#components/live/live.tsx";
import { holdsSecret } from "#lib/audit/redact.ts";
import { type IncidentDetail, STEP_NOTE_MAX, STEP_WORDS, type Step } from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

/** What was begun is there again after a reload, in this tab and for whoever wrote it alone, until they sign out. What looks like a token is not kept even there. */
function useDraft(name: string): [text: string, write: (text: string) => void] {
  const [text, setText] = useState("");
  useEffect(() => setText(sessionStorage.getItem(name) ?? ""), [name]);
  function write(now: string) {
    setText(now);
    if (now === "" || holdsSecret(now)) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, now);
  }
  return [text, write];
}

const FIELDS = ["text"];

/** What people wrote in the case, newest first, and a field for more. */
export function NotesCard({
  incident,
  canWrite,
  steps,
  author,
}: {
  incident: IncidentDetail;
  canWrite: boolean;
  /** Whose draft it is. */
  author: string;
  steps: { value: string; label: string }[];
}) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [text, setText] = useDraft(`${author}: note of case ${incident.number}`);
  useKeep(text !== "");
  const current = incident.steps.find(({ doneAt }) => doneAt === null)?.step ?? "report";
  const [step, setStep] = useState<Step | null>(null);
  const fault = request.faultOf("text");

  async function save(event: FormEvent) {
    event.preventDefault();
    const body = { step: step ?? current, text: text.trim() };
    if ((await request.send("POST", `/api/v1/incidents/${incident.number}/notes`, body)) === undefined)
      return;
    setText("");
    router.refresh();
  }

  return (
    <Card title="Notes">
      {canWrite ? (
        <form onSubmit={save} className={classes.write}>
          <Textarea
            aria-label={words.note}
            placeholder={words.notePlaceholder}
            description={fault === undefined && holdsSecret(text) ? words.noteHoldsSecret : undefined}
            error={fault}
            autosize
            minRows={2}
            maxLength={STEP_NOTE_MAX}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              request.touch("text");
            }}
          />
          <Group gap="xs" justify="space-between">
            <NativeSelect
              aria-label="Step"
              data={steps}
              value={step ?? current}
              onChange={(event) => setStep(event.currentTarget.value as Step)}
            />
            <Button type="submit" loading={request.isBusy} disabled={text.trim() === ""}>
              {words.addNote}
            </Button>
          </Group>
          <ProblemAlert error={request.problem} title="The note was not kept" fields={FIELDS} />
        </form>
      ) : null}
      {incident.notes.length === 0 ? (
        <p className="muted">None yet.</p>
      ) : (
        incident.notes.toReversed().map((note) => (
          <div key={note.id} className={classes.note}>
            {visibleText(note.text)}
            <br />
            <small className="muted">
              {STEP_WORDS[note.step].name}
              {note.useId === null ? "" : ", at a use"}, {visibleText(note.by.name)},{" "}
              <Instant at={note.at} focusable />
            </small>
          </div>
        ))
      )}
    </Card>
  );
}
