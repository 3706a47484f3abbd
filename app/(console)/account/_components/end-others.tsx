"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { accountWords as words } from "./words.ts";

/** Ends every session of one's own but the one that asks. */
export function EndOthers({ count }: { count: number }) {
  const done = useDone();
  const [isAsked, setIsAsked] = useState(false);
  return (
    <>
      <Button size="compact-sm" color="red" onClick={() => setIsAsked(true)}>
        {words.endOthers}
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={words.endOthersTitle}
        act={words.endOthersAct}
        isDanger
        onConfirm={async () => {
          await requestJson("/api/v1/me/end-sessions", { method: "POST" });
          done(words.othersEnded);
        }}
      >
        {words.endOthersText(count)}
      </ConfirmDialog>
    </>
  );
}
