"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFolderPlus } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { requestJson } from "#components/request/request-json.ts";
import { type IncidentDetail, incidentHref, type SubjectKind, TITLE_MAX } from "#lib/incidents/model.ts";
import { compromiseWords } from "./compromise-words.ts";

type OpenCaseOfProps = {
  kind: SubjectKind;
  id: string;
  title: string;
  /** The window that is shown, with what it rests on: the case begins with it. */
  window?: { from: string; why: string | null };
};

/** Opens a case on the thing whose page this is, and goes there. */
export function OpenCaseOf({ kind, id, title, window }: OpenCaseOfProps) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);

  async function open() {
    setIsBusy(true);
    try {
      const body = {
        title: title.slice(0, TITLE_MAX),
        subjects: [{ kind, id }],
        ...(window === undefined
          ? {}
          : { compromisedFrom: window.from, ...(window.why === null ? {} : { why: window.why }) }),
      };
      const { number } = await requestJson<IncidentDetail>("/api/v1/incidents", { method: "POST", body });
      router.push(incidentHref(number));
    } catch (error) {
      notifications.show({
        title: "No case was opened",
        message: error instanceof Error ? error.message : "",
        color: "red",
      });
      setIsBusy(false);
    }
  }

  return (
    <Button leftSection={<IconFolderPlus size={16} />} loading={isBusy} onClick={open}>
      {window === undefined ? "Open a case" : compromiseWords.openWith}
    </Button>
  );
}
