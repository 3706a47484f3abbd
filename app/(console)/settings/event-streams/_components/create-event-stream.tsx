"use client";

import { Stack } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { CreatedEventStream } from "#lib/event-streams/model.ts";
import { type ClientChoice, type Draft, EventStreamForm, FIELDS } from "./event-stream-form.tsx";
import { streamWords as words } from "./words.ts";

/** Makes a stream, then shows the key of its signatures for the one time. */
export function CreateEventStream({ clients }: { clients: readonly ClientChoice[] }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [made, setMade] = useState<CreatedEventStream | null>(null);

  async function save({ authorization, caPem, isForgotten: _, ...draft }: Draft) {
    const created = await request.send<CreatedEventStream>("POST", "/api/v1/event-streams", {
      ...draft,
      ...(draft.delivery === "webhook" && authorization !== "" ? { authorization } : {}),
      ...(draft.delivery === "syslog" && caPem.trim() !== "" ? { caPem } : {}),
    });
    if (created === undefined) return;
    if (created.secret !== null) return setMade(created);
    router.push(`/settings/event-streams/${created.stream.id}`);
    router.refresh();
  }

  if (made?.secret)
    return (
      <Card title={words.made}>
        <Stack gap="md" maw={720}>
          <SecretOnce
            name={words.secret}
            value={made.secret}
            kept={words.secretKept}
            whenLost={words.secretLost}
          />
          <p className="muted">{words.secretHelp}</p>
          <LinkButton
            href={`/settings/event-streams/${made.stream.id}`}
            variant="filled"
            style={{ alignSelf: "flex-start" }}
          >
            {words.openStream}
          </LinkButton>
        </Stack>
      </Card>
    );
  return (
    <EventStreamForm
      clients={clients}
      request={request}
      cancelHref="/settings/event-streams"
      onSave={(draft) => void save(draft)}
    />
  );
}
