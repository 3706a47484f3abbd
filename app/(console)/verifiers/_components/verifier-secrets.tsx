"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { VerifierDetail, VerifierSecretRef } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** The secrets that work now, by their last characters, each with its last use; one can be ended alone. */
export function VerifierSecrets({ verifier, canWrite }: { verifier: VerifierDetail; canWrite: boolean }) {
  const router = useRouter();
  const [ending, setEnding] = useState<VerifierSecretRef | null>(null);
  const { secrets } = verifier;

  async function end({ id, hint }: VerifierSecretRef) {
    await requestJson(`/api/v1/verifiers/${verifier.id}/secrets/${id}/revoke`, { method: "POST" });
    notifications.show({ message: words.secretEnded(hint), color: "green" });
    router.refresh();
  }

  return (
    <Card title={words.secrets} flush={secrets.length > 0}>
      {secrets.length === 0 ? (
        <p className="muted">{words.noSecrets(verifier)}</p>
      ) : (
        <PlainTable
          name={words.secrets}
          rows={secrets}
          keyOf={(row) => row.id}
          columns={[
            { header: "Ends with", cell: (row) => <span className="mono">…{row.hint}</span> },
            {
              header: words.lastUse,
              cell: (row) => (
                <span title={words.lastUseMeans}>
                  <Instant at={row.lastUsedAt} none="never" />
                </span>
              ),
            },
            {
              header: "Works until",
              cell: (row) => <Instant at={row.expiresAt} none="replaced" />,
            },
            ...(canWrite
              ? [
                  {
                    header: words.endSecret,
                    isUntitled: true,
                    align: "end" as const,
                    cell: (row: VerifierSecretRef) => (
                      <Button
                        size="compact-xs"
                        color="red"
                        variant="subtle"
                        aria-label={words.endSecretOf(row.hint)}
                        onClick={() => setEnding(row)}
                      >
                        {words.endSecret}
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      <ConfirmDialog
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        title={words.endSecretTitle(ending?.hint ?? "")}
        act={words.endSecretAct}
        isDanger
        onConfirm={async () => (ending === null ? undefined : end(ending))}
      >
        {words.endSecretText(secrets.length - 1, verifier)}
      </ConfirmDialog>
    </Card>
  );
}
