"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { KeyLine } from "#lib/client-keys/model.ts";
import type { ClientDetail } from "#lib/clients/model.ts";
import classes from "./client-keys.module.css";
import { clientWords as words } from "./words.ts";

/** The public keys by which a client proves who it is, and how the last fetch of them went. */
export function ClientKeys({ client, canWrite }: { client: ClientDetail; canWrite: boolean }) {
  const router = useRouter();
  const request = useSend();
  if (client.authMethod !== "private_key_jwt") return null;
  const { jwksUri, keyFetch, keys } = client;

  async function fetchNow() {
    const answer = await request.send<ClientDetail>("POST", `/api/v1/clients/${client.id}/fetch-keys`);
    if (answer !== undefined) router.refresh();
  }

  return (
    <Card
      title={words.keys}
      aside={
        jwksUri !== null && canWrite ? (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconRefresh size={14} />}
            loading={request.isBusy}
            onClick={fetchNow}
          >
            {words.fetchNow}
          </Button>
        ) : null
      }
    >
      {jwksUri === null ? (
        <p className="muted">{words.pastedKeys}</p>
      ) : (
        <KeyValue
          items={[
            { key: words.address, value: <span className={`mono ${classes.address}`}>{jwksUri}</span> },
            {
              key: words.lastHad,
              value: <Instant at={keyFetch?.fetchedAt ?? null} none={words.notYet} focusable />,
            },
            ...(keyFetch !== null && keyFetch.error !== null
              ? [
                  {
                    key: words.lastTry,
                    value: (
                      <span className={classes.error}>
                        <IconAlertTriangle size={14} aria-hidden />{" "}
                        <Instant at={keyFetch.triedAt} focusable />. {keyFetch.error}
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      <ProblemAlert error={request.problem} />
      {keys.length === 0 ? null : (
        <div className={classes.keys}>
          <PlainTable
            name={words.keys}
            rows={keys.map((key, index) => ({ ...key, place: String(index) }))}
            keyOf={(row) => row.place}
            columns={[
              {
                header: "Key ID",
                cell: (row: KeyLine) =>
                  row.kid === null ? (
                    <span className="faint">{words.noKid}</span>
                  ) : (
                    <span className="mono">{row.kid}</span>
                  ),
              },
              { header: "Algorithm", cell: (row: KeyLine) => row.alg ?? row.kty },
            ]}
          />
        </div>
      )}
      {jwksUri === null ? null : <p className={`muted ${classes.note}`}>{words.keysNote}</p>}
    </Card>
  );
}
