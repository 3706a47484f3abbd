"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useShortening } from "#app/(console)/_components/lifetimes/use-shortening.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import type { ClientDetail } from "#lib/clients/model.ts";
import { CLIENT_SETTING_KEYS, type OrganisationLifetimes, ownLifetimes } from "#lib/lifetimes/model.ts";
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
  const shortening = useShortening();
  const href = `/clients/${client.id}`;

  async function save(draft: ClientDraft) {
    const settings = settingsOf(draft);
    const isChanged = CLIENT_SETTING_KEYS.some((key) => settings[key] !== client[key]);
    const choice = isChanged
      ? await request.run(() =>
          shortening.ask(`/api/v1/clients/${client.id}/lifetimes/preview`, ownLifetimes(settings)),
        )
      : { go: true };
    if (choice === undefined || !choice.go) return;
    const shorten = "shorten" in choice ? choice.shorten : undefined;
    const body = { ...settings, version: client.version, ...(shorten === undefined ? {} : { shorten }) };
    const saved = await request.send<ClientDetail>("PATCH", `/api/v1/clients/${client.id}`, body);
    if (saved === undefined) return;
    notifications.show({ message: shorten === undefined ? words.saved : words.shortened, color: "green" });
    router.push(href);
    router.refresh();
  }

  return (
    <>
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
      {shortening.dialog}
    </>
  );
}
