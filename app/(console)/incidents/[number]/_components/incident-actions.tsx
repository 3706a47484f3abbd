"use client";

import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { IconFileText, IconPencil } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
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

  async function save(event: FormEvent) {
    event.preventDefault();
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
        <Button
          component="a"
          href={`/api/v1/incidents/${incident.number}/evidence`}
          download
          variant="filled"
          leftSection={<IconFileText size={16} />}
        >
          {words.pack}
        </Button>
      ) : null}
      <OnDemandDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={`Case ${incident.number}`}
        size={480}
      >
        <form onSubmit={save}>
          <Stack gap="md">
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
            <ProblemAlert error={request.problem} />
            <Group justify="flex-end" gap="xs">
              <Button onClick={() => setIsOpen(false)}>Cancel</Button>
              <Button type="submit" variant="filled" loading={request.isBusy} disabled={title.trim() === ""}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      </OnDemandDialog>
    </>
  );
}
