"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { instanceWords as words } from "./words.ts";

/** Says of a process that nothing is heard of that it has ended, after asking once more. */
export function EndInstance({ verifierId, instanceId }: { verifierId: string; instanceId: string }) {
  const done = useDone();
  const [isAsking, setAsking] = useState(false);

  async function end() {
    await requestJson(`/api/v1/verifiers/${verifierId}/instances/${instanceId}/end`, { method: "POST" });
    done(words.endDone);
  }

  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={words.endOf(instanceId.slice(0, 8))}
        onClick={() => setAsking(true)}
      >
        {words.end}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.endTitle}
        act={words.endAct}
        onConfirm={end}
      >
        {words.endText}
      </ConfirmDialog>
    </>
  );
}
