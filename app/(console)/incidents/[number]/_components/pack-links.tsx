"use client";

import { Button } from "@mantine/core";
import { IconFileCode, IconFileText } from "@tabler/icons-react";
import { incidentWords as words } from "../../_components/words.ts";

/** The evidence as files. Plain links, so that a browser saves them without holding them in memory. */
export function PackLinks({ number, canExport }: { number: number; canExport: boolean }) {
  if (!canExport) return <span className="muted">Your role does not export.</span>;
  const url = `/api/v1/incidents/${number}/evidence`;
  return (
    <>
      <Button component="a" href={url} download leftSection={<IconFileText size={16} />}>
        {words.pack} (HTML)
      </Button>
      <Button component="a" href={`${url}.json`} download leftSection={<IconFileCode size={16} />}>
        JSON alone
      </Button>
    </>
  );
}
