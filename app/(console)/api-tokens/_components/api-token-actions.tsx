"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { ApiTokenRow } from "#lib/api-tokens/model.ts";
import { EditApiToken } from "./edit-api-token.tsx";
import { apiTokenWords as words } from "./words.ts";

/** What can be done with one API token. */
export function ApiTokenActions({ token }: { token: ApiTokenRow }) {
  const done = useDone();
  const [isEnding, setIsEnding] = useState(false);
  return (
    <>
      <EditApiToken token={token} />
      <Button color="red" onClick={() => setIsEnding(true)}>
        {words.revoke}
      </Button>
      <ConfirmDialog
        isOpen={isEnding}
        onClose={() => setIsEnding(false)}
        title={words.revokeTitle(token.name)}
        act={words.revokeAct}
        isDanger
        onConfirm={async () => {
          await requestJson(`/api/v1/api-tokens/${token.id}/revoke`, { method: "POST" });
          done(words.revoked(token.name));
        }}
      >
        {words.revokeText}
      </ConfirmDialog>
    </>
  );
}
