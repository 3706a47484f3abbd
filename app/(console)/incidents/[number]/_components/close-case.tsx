"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArchive, IconFolderOpen } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { requestJson } from "#components/request/request-json.ts";
import type { IncidentDetail } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

/** Closes a case that is written up, or opens it again. */
export function CloseCase({ incident }: { incident: IncidentDetail }) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const isClosed = incident.state === "closed";

  async function turn() {
    setIsBusy(true);
    const state = isClosed ? (incident.containedAt === null ? "open" : "contained") : "closed";
    try {
      const body = { version: incident.version, state };
      await requestJson(`/api/v1/incidents/${incident.number}`, { method: "PATCH", body });
    } catch (error) {
      notifications.show({
        title: "It was not done",
        message: error instanceof Error ? error.message : "",
        color: "red",
      });
    } finally {
      setIsBusy(false);
      router.refresh();
    }
  }

  return (
    <Button
      leftSection={isClosed ? <IconFolderOpen size={16} /> : <IconArchive size={16} />}
      loading={isBusy}
      onClick={turn}
    >
      {isClosed ? words.openAgain : words.closeCase}
    </Button>
  );
}
