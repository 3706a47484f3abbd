"use client";

import { Checkbox, Stack, Switch } from "@mantine/core";
import { FormSection } from "#components/form/form-card.tsx";
import type { Send } from "#components/form/use-send.ts";
import { grantChoiceOf, grantWords, hasRedirects } from "#lib/clients/model.ts";
import type { ClientDraft } from "./client-draft.ts";
import { clientWords as words } from "./words.ts";

type ClientFlowsProps = {
  draft: ClientDraft;
  onChange: (change: Partial<ClientDraft>) => void;
  faultOf: Send["faultOf"];
};

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What a client may ask for at the token endpoint, and what it must bring. */
export function ClientFlows({ draft, onChange, faultOf }: ClientFlowsProps) {
  const { always, choice } = grantChoiceOf(draft.kind);
  return (
    <FormSection title={words.flows} help={words.flowsHelp}>
      <Checkbox.Group
        label={words.grants}
        value={draft.grantTypes}
        onChange={(grantTypes) => onChange({ grantTypes })}
        error={faultOf("grantTypes")}
      >
        <Stack gap={8} mt={6}>
          {[...always, ...choice].map((grant) => (
            <Checkbox
              key={grant}
              value={grant}
              label={capital(grantWords(grant))}
              description={words.grantHelp[grant]}
              // what makes it a client of its kind cannot be taken away
              disabled={always.includes(grant)}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Switch
        label={words.requireDpop}
        description={words.requireDpopHelp}
        checked={draft.requireDpop}
        onChange={(event) => onChange({ requireDpop: event.currentTarget.checked })}
      />
      {hasRedirects(draft.kind) ? (
        <Switch
          label={words.requirePar}
          description={words.requireParHelp}
          checked={draft.requirePar}
          onChange={(event) => onChange({ requirePar: event.currentTarget.checked })}
          error={faultOf("requirePar")}
        />
      ) : null}
    </FormSection>
  );
}
