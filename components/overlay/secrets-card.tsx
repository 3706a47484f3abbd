"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import type { SecretRef } from "#lib/secrets/model.ts";
import { Card } from "../display/card.tsx";
import { Instant } from "../display/instant.tsx";
import { PlainTable } from "../display/plain-table.tsx";
import { useDone } from "../form/use-done.ts";
import { requestJson } from "../request/request-json.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";

const words = {
  secrets: "Secrets",
  lastUse: "Last use",
  lastUseMeans: "To the minute; written within five seconds.",
  end: "End",
  endOf: (hint: string) => `End the secret …${hint}`,
  endTitle: (hint: string) => `End the secret …${hint}?`,
  endAct: "End it now",
  ended: (hint: string) => `The secret …${hint} has ended.`,
};

type SecretsCardProps = {
  secrets: SecretRef[];
  /** The owner in the API: `/api/v1/clients/{id}`. */
  url: string;
  canWrite: boolean;
  /** Said where there is none. */
  none: string;
  /** What ending the only one means, and ending one of several. */
  endOnly: string;
  endOne: string;
};

/** The secrets that work now, by their last characters, each with its last use; one can be ended alone. */
export function SecretsCard({ secrets, url, canWrite, none, endOnly, endOne }: SecretsCardProps) {
  const done = useDone();
  const [ending, setEnding] = useState<SecretRef | null>(null);

  async function end({ id, hint }: SecretRef) {
    await requestJson(`${url}/secrets/${id}/revoke`, { method: "POST" });
    done(words.ended(hint));
  }

  return (
    <Card title={words.secrets} flush={secrets.length > 0}>
      {secrets.length === 0 ? (
        <p className="muted">{none}</p>
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
                    header: words.end,
                    isUntitled: true,
                    align: "end" as const,
                    cell: (row: SecretRef) => (
                      <Button
                        size="compact-xs"
                        color="red"
                        variant="subtle"
                        aria-label={words.endOf(row.hint)}
                        onClick={() => setEnding(row)}
                      >
                        {words.end}
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
        title={words.endTitle(ending?.hint ?? "")}
        act={words.endAct}
        isDanger
        onConfirm={async () => (ending === null ? undefined : end(ending))}
      >
        {secrets.length === 1 ? endOnly : endOne}
      </ConfirmDialog>
    </Card>
  );
}
