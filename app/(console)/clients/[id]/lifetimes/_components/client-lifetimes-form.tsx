"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useShortening } from "#app/(console)/_components/lifetimes/use-shortening.tsx";
import { Card } from "#components/display/card.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useSend } from "#components/form/use-send.ts";
import { type ClientDetail, isConfidential, isSenderConstrained } from "#lib/clients/model.ts";
import { CLIENT_SETTING_KEYS, type OrganisationLifetimes, ownLifetimes } from "#lib/lifetimes/model.ts";
import { LifetimesFields } from "../../../_components/lifetimes-fields.tsx";
import { clientLifetimesWords as words } from "./words.ts";

type ClientLifetimesFormProps = {
  client: ClientDetail;
  organisation: OrganisationLifetimes;
  mayChange: boolean;
};

/** All lifetimes of a client on one scale; a change asks first what is to become of the tokens that outlive it. */
export function ClientLifetimesForm({ client, organisation, mayChange }: ClientLifetimesFormProps) {
  const router = useRouter();
  const request = useSend(CLIENT_SETTING_KEYS);
  const shortening = useShortening();
  const [draft, setDraft] = useState(() => ownLifetimes(client));
  const url = `/api/v1/clients/${client.id}`;
  const changed = CLIENT_SETTING_KEYS.filter((key) => draft[key] !== client[key]);
  const subject = {
    ...client,
    ...draft,
    isConfidential: isConfidential(client.kind),
    isSenderConstrained: isSenderConstrained(client),
  };

  /** Saves what was changed, or nothing but the end of what outlives the present limits. */
  async function save(settings: object) {
    const choice = await request.run(() => shortening.ask(`${url}/lifetimes/preview`, settings));
    if (choice === undefined || !choice.go) return;
    const isChange = Object.keys(settings).length > 0;
    if (!isChange && choice.shorten === undefined) {
      notifications.show({ message: words.outlivingNone });
      return;
    }
    const { shorten } = choice;
    const body = { ...settings, version: client.version, ...(shorten === undefined ? {} : { shorten }) };
    if ((await request.send<ClientDetail>("PATCH", url, body)) === undefined) return;
    notifications.show({ message: isChange ? words.saved : words.outlivingEnded, color: "green" });
    router.refresh();
  }

  if (!mayChange)
    return (
      <Card title={words.scale}>
        <LifetimesFields subject={subject} audiences={client.audiences} organisation={organisation} />
      </Card>
    );
  return (
    <>
      <FormCard
        name={words.title}
        onSubmit={() => save(Object.fromEntries(changed.map((key) => [key, draft[key]])))}
        request={request}
        submitWord={words.save}
        whyNotYet={changed.length === 0 ? words.unchanged : null}
        note={words.note}
      >
        <FormSection title={words.scale} help={words.scaleHelp} isWide>
          <LifetimesFields
            subject={subject}
            audiences={client.audiences}
            organisation={organisation}
            onChange={(change) => {
              request.touch(...Object.keys(change));
              setDraft((was) => ({ ...was, ...change }));
            }}
            faultOf={request.faultOf}
          />
          <Button
            variant="default"
            style={{ alignSelf: "flex-start" }}
            disabled={changed.length > 0 || request.isBusy}
            onClick={() => save({})}
          >
            {words.outliving}
          </Button>
        </FormSection>
      </FormCard>
      {shortening.dialog}
    </>
  );
}
