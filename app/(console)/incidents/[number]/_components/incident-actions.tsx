"use client";

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import {
  INCIDENT_STATE_WORDS,
  type IncidentDetail,
  SAID_STATES,
  type SaidState,
  SEVERITIES,
  SEVERITY_WORDS,
  type Severity,
  TITLE_MAX,
} from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { PackButton } from "./pack-button.tsx";

const FIELDS = ["title"];

/** Title and severity of a case, the state too of one that names nothing on record, and its evidence as a file: of any other its tokens say how it stands. */
export function IncidentActions({
  incident,
  canWrite,
  canExport,
}: {
  incident: IncidentDetail;
  canWrite: boolean;
  canExport: boolean;
}) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [isOpen, setIsOpen] = useState(false);
  const [title, setTitle] = useState(incident.title);
  const [severity, setSeverity] = useState<Severity>(incident.severity);
  const saysState =
    incident.ownSecretCount === 0 && Object.values(incident.subjects).every((count) => count === 0);
  const said = incident.state === "held" ? "open" : incident.state;
  const [state, setState] = useState<SaidState>(said);

  function open() {
    setTitle(incident.title);
    setSeverity(incident.severity);
    setState(said);
    request.clear();
    setIsOpen(true);
  }

  async function save() {
    const body = {
      version: incident.version,
      title: title.trim(),
      severity,
      ...(saysState && state !== said ? { state } : {}),
    };
    if ((await request.send("PATCH", `/api/v1/incidents/${incident.number}`, body)) === undefined)
      return router.refresh();
    setIsOpen(false);
    router.refresh();
  }

  return (
    <>
      {canWrite ? (
        <Button leftSection={<IconPencil size={16} />} onClick={open}>
          {words.edit}
        </Button>
      ) : null}
      {canExport ? (
        <PackButton number={incident.number} format="html" variant="filled">
          {words.pack}
        </PackButton>
      ) : null}
      <FormDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={`Case ${incident.number}`}
        act="Save"
        isReady={title.trim() !== ""}
        isBusy={request.isBusy}
        problem={request.problem}
        fields={FIELDS}
        onSubmit={save}
      >
        <TextInput
          label="Title"
          value={title}
          maxLength={TITLE_MAX}
          required
          error={request.faultOf("title")}
          onChange={(event) => {
            setTitle(event.currentTarget.value);
            request.touch("title");
          }}
          data-autofocus
        />
        <NativeSelect
          label="Severity"
          value={severity}
          onChange={(event) => setSeverity(event.currentTarget.value as Severity)}
          data={SEVERITIES.map((value) => ({ value, label: SEVERITY_WORDS[value] }))}
        />
        {saysState ? (
          <NativeSelect
            label="State"
            value={state}
            onChange={(event) => setState(event.currentTarget.value as SaidState)}
            data={SAID_STATES.map((value) => ({
              value,
              label: `${INCIDENT_STATE_WORDS[value].name}: ${INCIDENT_STATE_WORDS[value].means}`,
            }))}
          />
        ) : null}
      </FormDialog>
    </>
  );
}
