"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useSend } from "#components/form/use-send.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import type { ClientDetail } from "#lib/clients/model.ts";
import type { OrganisationLifetimes } from "#lib/lifetimes/model.ts";
import { CLIENT_FIELDS, type ClientDraft, draftOf, settingsOf } from "./client-draft.ts";
import { ClientForm } from "./client-form.tsx";
import { clientWords as words } from "./words.ts";

type EditClientProps = {
  client: ClientDetail;
  audiences: Pick<AudienceRow, "id" | "name" | "title" | "permissions" | "accessTokenTtlMaxSeconds">[];
  groups: { id: string; name: string }[];
  bounds: OrganisationLifetimes;
};

/** Changes a client; somebody else's change in between is refused, never overwritten. */
export function EditClient({ client, audiences, groups, bounds }: EditClientProps) {
  const router = useRouter();
  const request = useSend(CLIENT_FIELDS);
  const href = `/clients/${client.id}`;

  async function save(draft: ClientDraft) {
    const body = { ...settingsOf(draft), version: client.version };
    const saved = await request.send<ClientDetail>("PATCH", `/api/v1/clients/${client.id}`, body);
    if (saved === undefined) return;
    notifications.show({ message: words.saved, color: "green" });
    router.push(href);
    router.refresh();
  }

  return (
    <ClientForm
      start={draftOf(client)}
      isNew={false}
      audiences={audiences}
      groups={groups}
      bounds={bounds}
      request={request}
      cancelHref={href}
      onSave={save}
    />
  );
}
