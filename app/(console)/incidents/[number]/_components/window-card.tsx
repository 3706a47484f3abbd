"use client";

import { Button, Textarea, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Tag } from "#components/display/tag.tsx";
import { Word } from "#components/display/word.tsx";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { instantOf, localOf } from "#components/revocation/order-words.ts";
import { type IncidentDetail, STEP_NOTE_MAX } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

const FIELDS = ["compromisedFrom", "why"];

/** From when on the tokens are taken to have been in other hands, and why; set by hand, or as the log suggests. */
export function WindowCard({ incident, canWrite }: { incident: IncidentDetail; canWrite: boolean }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [isOpen, setIsOpen] = useState(false);
  const [from, setFrom] = useState("");
  const [why, setWhy] = useState("");

  function open() {
    setFrom(localOf(new Date(incident.compromisedFrom)));
    setWhy("");
    request.clear();
    setIsOpen(true);
  }

  async function send(compromisedFrom: string | null) {
    const body = {
      version: incident.version,
      compromisedFrom,
      ...(why.trim() === "" ? {} : { why: why.trim() }),
    };
    if ((await request.send("PATCH", `/api/v1/incidents/${incident.number}`, body)) === undefined) return;
    setIsOpen(false);
    router.refresh();
  }

  function save() {
    const at = instantOf(from);
    if (at !== null) void send(at);
  }

  return (
    <Card
      title={<Word of="compromiseWindow">{words.window}</Word>}
      aside={
        <Tag tone={incident.isSuggested ? "standby" : "accent"}>
          {incident.isSuggested ? words.suggested : words.setByHand}
        </Tag>
      }
    >
      <p style={{ fontSize: 15, fontWeight: 600 }}>
        <Instant at={incident.compromisedFrom} show="exact" focusable />
      </p>
      <p className="muted">{incident.compromisedWhy}</p>
      {canWrite && incident.state !== "closed" ? (
        <Button size="compact-sm" mt={8} onClick={open}>
          {words.setWindow}
        </Button>
      ) : null}
      <FormDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.window}
        act="Set"
        isReady={instantOf(from) !== null}
        isBusy={request.isBusy}
        problem={request.problem}
        fields={FIELDS}
        aside={
          incident.isSuggested ? null : (
            <Button variant="subtle" onClick={() => send(null)} disabled={request.isBusy}>
              As the log suggests
            </Button>
          )
        }
        onSubmit={save}
      >
        <p>Every use from then on counts as possibly the attacker's. What came before stays before.</p>
        <TextInput
          type="datetime-local"
          label="From (your time)"
          value={from}
          required
          error={request.faultOf("compromisedFrom")}
          onChange={(event) => {
            setFrom(event.currentTarget.value);
            request.touch("compromisedFrom");
          }}
          data-autofocus
        />
        <Textarea
          label="Why"
          placeholder="The commit that held it, the report that came in"
          value={why}
          autosize
          minRows={2}
          maxLength={STEP_NOTE_MAX}
          error={request.faultOf("why")}
          onChange={(event) => {
            setWhy(event.currentTarget.value);
            request.touch("why");
          }}
        />
      </FormDialog>
    </Card>
  );
}
