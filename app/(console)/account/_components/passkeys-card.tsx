"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { type PasskeyRow, TRANSPORT_WORDS } from "#lib/passkeys/model.ts";
import { AddPasskey } from "./add-passkey.tsx";
import { RenamePasskey } from "./rename-passkey.tsx";
import { accountWords as words } from "./words.ts";

type Dialog = { kind: "add" } | { kind: "rename" | "remove"; passkey: PasskeyRow } | null;

function whereWords({ transports, isBackedUp, isSyncable }: PasskeyRow): string {
  const ways = transports.map((one) => TRANSPORT_WORDS[one]).join(", ");
  const copies = isBackedUp ? words.backedUp : isSyncable ? words.syncable : words.oneDevice;
  return ways === "" ? copies : `${ways}; ${copies}`;
}

/** One's passkeys: add, rename, remove. */
export function PasskeysCard({
  passkeys,
  isOffered,
  hasTotp,
  provider,
}: {
  passkeys: PasskeyRow[];
  /** Whether the console's address allows passkeys. */
  isOffered: boolean;
  hasTotp: boolean;
  /** The name of the provider that they came in by; null for an account of this console. */
  provider: string | null;
}) {
  const done = useDone();
  const [dialog, setDialog] = useState<Dialog>(null);
  // it stays while its dialog leaves
  const [renamed, setRenamed] = useState<PasskeyRow | null>(null);
  const close = () => setDialog(null);
  const working = passkeys.filter(({ blockedAt }) => blockedAt === null);
  const isLast = ({ blockedAt }: PasskeyRow) => !hasTotp && blockedAt === null && working.length === 1;
  const text = provider === null ? words.noPasskeysText : words.noPasskeysByProvider(provider);
  const add = (
    <Button
      variant="filled"
      leftSection={<IconPlus size={16} />}
      onClick={() => setDialog({ kind: "add" })}
      disabled={!isOffered}
    >
      {words.add}
    </Button>
  );

  return (
    <Card title={words.passkeys} aside={passkeys.length === 0 ? null : add} flush={passkeys.length > 0}>
      {passkeys.length === 0 ? (
        <Stack gap="sm" align="flex-start">
          <Text fw={600}>{words.noPasskeys}</Text>
          <Text c="dimmed">{isOffered ? text : words.notHere}</Text>
          {isOffered ? add : null}
        </Stack>
      ) : (
        <PlainTable
          name={words.passkeys}
          rows={passkeys}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "Name",
              cell: (row: PasskeyRow) => (
                <div style={{ whiteSpace: "normal", paddingBlock: 6 }}>
                  <strong>{row.name}</strong>{" "}
                  {row.blockedAt === null ? null : (
                    <StateBadge state="compromised">{words.blocked}</StateBadge>
                  )}
                  <Text size="xs" c="dimmed">
                    {whereWords(row)}
                  </Text>
                  <Narrow>
                    <span className="muted">
                      <Instant at={row.lastUsedAt} prefix="used" none="never used" />
                    </span>
                  </Narrow>
                </div>
              ),
            },
            { header: "Added", isExtra: true, cell: (row: PasskeyRow) => <Instant at={row.createdAt} /> },
            {
              header: "Last used",
              isExtra: true,
              cell: (row: PasskeyRow) => <Instant at={row.lastUsedAt} none="never" />,
            },
            {
              header: "Actions",
              isUntitled: true,
              align: "end",
              cell: (row: PasskeyRow) => (
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  <Button
                    size="compact-sm"
                    aria-label={words.renameOne(row.name)}
                    onClick={() => {
                      setRenamed(row);
                      setDialog({ kind: "rename", passkey: row });
                    }}
                  >
                    {words.rename}
                  </Button>
                  <Button
                    size="compact-sm"
                    color="red"
                    aria-label={words.removeOne(row.name)}
                    disabled={isLast(row)}
                    onClick={() => setDialog({ kind: "remove", passkey: row })}
                  >
                    {words.remove}
                  </Button>
                </Group>
              ),
            },
          ]}
        />
      )}
      <AddPasskey isOpen={dialog?.kind === "add"} onClose={close} />
      {renamed === null ? null : (
        <RenamePasskey
          key={renamed.id}
          passkey={renamed}
          isOpen={dialog?.kind === "rename"}
          onClose={close}
        />
      )}
      <ConfirmDialog
        isOpen={dialog?.kind === "remove"}
        onClose={close}
        title={words.removeTitle(dialog?.kind === "remove" ? dialog.passkey.name : "")}
        act={words.removeAct}
        isDanger
        onConfirm={async () => {
          if (dialog?.kind !== "remove") return;
          await requestJson(`/api/v1/me/passkeys/${dialog.passkey.id}`, { method: "DELETE" });
          done(words.removed);
        }}
      >
        {words.removeText}
      </ConfirmDialog>
    </Card>
  );
}
