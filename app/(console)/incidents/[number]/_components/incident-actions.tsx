"use client";

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import {
  INCIDENT_STATE_WORDS,
  INCIDENT_STATES,
  type IncidentDetail,
  type IncidentState,
  SEVERITIES,
  SEVERITY_WORDS,
  type Severity,
  TITLE_MAX,
} from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { PackButton } from "./pack-button.tsx";

/** Title, severity and state of a case, and its evidence as a file. */
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
  const request = useSend();
  const [isOpen, setIsOpen] = useState(false);
  const [title, setTitle] = useState(incident.title);
  const [severity, setSeverity] = useState<Severity>(incident.severity);
  const [state, setState] = useState<IncidentState>(incident.state);

  function open() {
    setTitle(incident.title);
    setSeverity(incident.severity);
    setState(incident.state);
    request.clear();
    setIsOpen(true);
  }

  async function save() {
    const body = { version: incident.version, title: title.trim(), severity, state };
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
        onSubmit={save}
      >
        <TextInput
          label="Title"
          value={title}
          maxLength={TITLE_MAX}
          required
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        <NativeSelect
          label="Severity"
          value={severity}
          onChange={(event) => setSeverity(event.currentTarget.value as Severity)}
          data={SEVERITIES.map((value) => ({ value, label: SEVERITY_WORDS[value] }))}
        />
        <NativeSelect
          label="State"
          value={state}
          onChange={(event) => setState(event.currentTarget.value as IncidentState)}
          data={INCIDENT_STATES.map((value) => ({
            value,
            label: `${INCIDENT_STATE_WORDS[value].name}: ${INCIDENT_STATE_WORDS[value].means}`,
          }))}
        />
      </FormDialog>
    </>
  );
}
