"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { ApiTokenRow } from "#lib/api-tokens/model.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import { API_TOKEN_BADGES, apiTokenWords as words } from "./words.ts";

/** Every API token, the ended ones too; those that work can be revoked. */
export function ApiTokensTable({ tokens }: { tokens: ApiTokenRow[] }) {
  const router = useRouter();
  const [ending, setEnding] = useState<ApiTokenRow | null>(null);
  return (
    <>
      <PlainTable
        name={words.all}
        rows={tokens}
        keyOf={(row) => row.id}
        columns={[
          { header: "Name", cell: (row: ApiTokenRow) => <strong>{row.name}</strong> },
          { header: "State", cell: (row: ApiTokenRow) => <StateBadge state={API_TOKEN_BADGES[row.state]} /> },
          {
            header: "Role",
            cell: (row: ApiTokenRow) => (
              <span title={ROLE_WORDS[row.role].means}>{ROLE_WORDS[row.role].name}</span>
            ),
          },
          {
            header: "Acts",
            isExtra: true,
            cell: (row: ApiTokenRow) => (
              <span title={row.isUnattended ? words.unattendedMeans : words.attendedMeans}>
                {row.isUnattended ? words.isUnattended : words.isAttended}
              </span>
            ),
          },
          {
            header: "Ends with",
            isExtra: true,
            cell: (row: ApiTokenRow) => <span className="mono">…{row.hint}</span>,
          },
          {
            header: "Last used",
            isExtra: true,
            cell: (row: ApiTokenRow) => <Instant at={row.lastUsedAt} none="never" hint="Exact to a minute" />,
          },
          {
            header: "Expires",
            isExtra: true,
            cell: (row: ApiTokenRow) => <Instant at={row.expiresAt} none="never" />,
          },
          { header: "Made by", isExtra: true, cell: (row: ApiTokenRow) => row.createdBy },
          {
            header: "Actions",
            align: "end",
            cell: (row: ApiTokenRow) =>
              row.state === "active" ? (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="red"
                  aria-label={`Revoke ${row.name}`}
                  onClick={() => setEnding(row)}
                >
                  {words.revoke}
                </Button>
              ) : null,
          },
        ]}
      />
      <ConfirmDialog
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        title={words.revokeTitle(ending?.name ?? "")}
        act={words.revokeAct}
        isDanger
        onConfirm={async () => {
          if (ending === null) return;
          await requestJson(`/api/v1/api-tokens/${ending.id}/revoke`, { method: "POST" });
          notifications.show({ message: words.revoked(ending.name), color: "green" });
          router.refresh();
        }}
      >
        {words.revokeText}
      </ConfirmDialog>
    </>
  );
}
