"use client";

import { Button, Checkbox, NativeSelect, Stack, Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { type IncidentNotices, NOTICE_NOTE_MAX, type NoticeRecipient } from "#lib/incidents/model.ts";
import { noticeText } from "#lib/incidents/notice-text.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./tell.module.css";

function Preview({ recipient, note }: { recipient: NoticeRecipient; note: string }) {
  const { subject, body } = noticeText(recipient.facts, note);
  return (
    <section
      aria-label={words.previewOf(recipient.name)}
      className={classes.preview}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and only what takes the focus scrolls by keys
      tabIndex={0}
    >
      <p className={classes.subject}>{subject}</p>
      <pre className={classes.text}>{body}</pre>
    </section>
  );
}

const FIELDS = ["note"];

/** Chooses whom to tell, shows what each is told, and sends exactly that. */
export function TellDialog({ number, notices }: { number: number; notices: IncidentNotices }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const able = notices.recipients.filter(({ whyNot }) => whyNot === null);
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [shownId, setShownId] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const told = able.filter(({ id }) => chosen.includes(id));
  const shown = told.find(({ id }) => id === shownId) ?? told[0];

  function open() {
    const written = new Set(
      notices.mails.filter(({ state }) => state !== "failed").map(({ recipient }) => recipient.id),
    );
    setChosen(able.map(({ id }) => id).filter((id) => !written.has(id)));
    setIsOpen(true);
  }
  function close() {
    request.clear();
    setIsOpen(false);
  }
  async function send() {
    const recipients = told.map(({ kind, id, seen }) => ({ kind, id, seen }));
    const answer = await request.send("POST", `/api/v1/incidents/${number}/notices`, { recipients, note });
    // what was refused because it has changed is drawn again, to be read again
    router.refresh();
    if (answer === undefined) return;
    setNote("");
    setIsOpen(false);
  }

  return (
    <>
      <Button size="compact-sm" onClick={open} disabled={notices.recipients.length === 0}>
        {words.tell}
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={words.tellTitle}
        size={680}
        act={words.tellAct(told.length)}
        isReady={told.length > 0}
        isBusy={request.isBusy}
        problem={request.problem}
        fields={FIELDS}
        onSubmit={send}
      >
        <Checkbox.Group label={words.tellWhom} value={[...chosen]} onChange={setChosen}>
          <Stack gap={8} mt={8} className={classes.people}>
            {notices.recipients.map(({ id, name, address, tokens, whyNot }) => (
              <Checkbox
                key={id}
                value={id}
                disabled={whyNot !== null}
                label={name}
                description={whyNot ?? `${address} · ${words.theirTokens(tokens)}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Textarea
          label={words.tellNote}
          description={words.tellNoteHelp}
          value={note}
          error={request.faultOf("note")}
          onChange={(event) => {
            setNote(event.currentTarget.value);
            request.touch("note");
          }}
          maxLength={NOTICE_NOTE_MAX}
          autosize
          minRows={2}
          maxRows={6}
        />
        {told.length > 1 ? (
          <NativeSelect
            label={words.previewFor}
            data={told.map(({ id, name }) => ({ value: id, label: name }))}
            value={shown?.id ?? ""}
            onChange={(event) => setShownId(event.currentTarget.value)}
          />
        ) : null}
        {shown === undefined ? null : <Preview recipient={shown} note={note.replace(/\s+/g, " ").trim()} />}
      </FormDialog>
    </>
  );
}
