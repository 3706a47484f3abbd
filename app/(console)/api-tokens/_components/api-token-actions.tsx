"use client";

import { Button, Stack } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { actsByAddress } from "#app/(console)/_components/acts-address.ts";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { ApiTokenDetail } from "#lib/api-tokens/model.ts";
import { EditApiToken } from "./edit-api-token.tsx";
import { apiTokenWords as words } from "./words.ts";

/** What can be done with one API token. */
export function ApiTokenActions({ token }: { token: ApiTokenDetail }) {
  const done = useDone();
  const [isEnding, setIsEnding] = useState(false);
  const goesWithIt = words.goesWithIt(token.revokesToo);
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
        <Stack gap="sm">
          <p>{words.revokeText}</p>
          {goesWithIt === null ? null : <p>{goesWithIt}</p>}
          <p>
            {words.revokeStays}
            <Link prefetch={false} href={actsByAddress(token.id)}>
              {words.lookAt}
            </Link>
            .
          </p>
        </Stack>
      </ConfirmDialog>
    </>
  );
}
