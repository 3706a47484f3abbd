"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useSend } from "#components/form/use-send.ts";
import type { EventStreamRow } from "#lib/event-streams/model.ts";
import { type ClientChoice, type Draft, EventStreamForm, FIELDS } from "./event-stream-form.tsx";
import { streamWords as words } from "./words.ts";

/** Changes a stream; its delivery stays as it was made. */
export function EditEventStream({
  stream,
  clients,
}: {
  stream: EventStreamRow;
  clients: readonly ClientChoice[];
}) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const href = `/settings/event-streams/${stream.id}`;

  async function save({ authorization, isForgotten, caPem, delivery, ...draft }: Draft) {
    const saved = await request.send<EventStreamRow>("PATCH", `/api/v1/event-streams/${stream.id}`, {
      ...draft,
      ...(authorization !== "" ? { authorization } : {}),
      ...(isForgotten ? { authorization: null } : {}),
      ...(delivery === "syslog" ? { caPem: caPem.trim() === "" ? null : caPem } : {}),
      version: stream.version,
    });
    if (saved === undefined) return;
    notifications.show({ message: words.saved, color: "green" });
    router.push(href);
    router.refresh();
  }

  // a client that was deleted since is shown by what it was called
  const gone = stream.clients.filter(({ id }) => !clients.some((one) => one.id === id));
  return (
    <EventStreamForm
      stream={stream}
      clients={[...clients, ...gone.map((one) => ({ ...one, clientId: "deleted" }))]}
      request={request}
      cancelHref={href}
      onSave={(draft) => void save(draft)}
    />
  );
}
