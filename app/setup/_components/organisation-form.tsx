"use client";

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { DurationInput } from "#components/form/duration-input.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import { useSend } from "#components/form/use-send.ts";
import { LIFETIME_RANGES, type Organisation } from "#lib/organisation/model.ts";
import { setupWords as words } from "./words.ts";

type Start = Pick<
  Organisation,
  | "name"
  | "accessTokenTtlSeconds"
  | "serviceTokenTtlSeconds"
  | "accessTokenTtlMinSeconds"
  | "accessTokenTtlMaxSeconds"
  | "version"
>;

const FIELDS = [
  "name",
  "accessTokenTtlSeconds",
  "serviceTokenTtlSeconds",
  "accessTokenTtlMinSeconds",
  "accessTokenTtlMaxSeconds",
];

/** The second step: what the organisation is called and how long its tokens live. */
export function OrganisationForm({ start }: { start: Start }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [draft, set, text] = useDraft(start, request);
  const lifetime = (key: keyof typeof LIFETIME_RANGES & keyof Start, label: string, help?: string) => (
    <DurationInput
      label={label}
      description={help}
      value={draft[key]}
      onChange={(seconds) => set({ [key]: seconds })}
      min={LIFETIME_RANGES[key].min}
      max={LIFETIME_RANGES[key].max}
      error={request.faultOf(key)}
    />
  );

  async function save(event: FormEvent) {
    event.preventDefault();
    const { name, accessTokenTtlSeconds, serviceTokenTtlSeconds, version } = draft;
    const { accessTokenTtlMinSeconds, accessTokenTtlMaxSeconds } = draft;
    const saved = await request.send("PATCH", "/api/v1/organisation", {
      name,
      accessTokenTtlSeconds,
      serviceTokenTtlSeconds,
      accessTokenTtlMinSeconds,
      accessTokenTtlMaxSeconds,
      version,
    });
    if (saved !== undefined) router.push("/setup?step=client");
  }

  return (
    <form method="post" onSubmit={save} aria-label={words.steps.organisation}>
      <Stack gap="md">
        <TextInput
          label={words.organisationName}
          description={words.organisationHelp}
          {...text("name")}
          required
          withAsterisk={false}
          autoFocus
          maxLength={80}
        />
        {lifetime("accessTokenTtlSeconds", words.accessTtl, words.accessTtlHelp)}
        {lifetime("serviceTokenTtlSeconds", words.serviceTtl, words.serviceTtlHelp)}
        <Group align="flex-start" gap="lg">
          {lifetime("accessTokenTtlMinSeconds", words.minTtl)}
          {lifetime("accessTokenTtlMaxSeconds", words.maxTtl)}
        </Group>
        <ProblemAlert error={request.problem} fields={FIELDS} />
        <Group justify="flex-end">
          <Button type="submit" variant="filled" loading={request.isBusy}>
            {words.saveOrganisation}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
