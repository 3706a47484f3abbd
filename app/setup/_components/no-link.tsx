import { Anchor, Stack, Text } from "@mantine/core";
import { CommandLine } from "#components/display/command-line.tsx";
import { Doorway } from "#components/layout/doorway.tsx";
import { setupWords as words } from "./words.ts";

/** Nobody is signed in and no link was opened. */
export function NoLink({ environmentName, isDue }: { environmentName: string; isDue: boolean }) {
  return (
    <Doorway
      title={isDue ? words.dueTitle : words.noLinkTitle}
      lead={isDue ? words.dueLead : ""}
      environmentName={environmentName}
      isWide
    >
      <Stack gap="md">
        <Text>{words.noLinkText}</Text>
        <CommandLine text={words.command} />
        {isDue ? null : <Anchor href="/sign-in">{words.signIn}</Anchor>}
      </Stack>
    </Doorway>
  );
}

/** A link that is used, replaced or past its time, or an invitation that ended with who made it, `why`, and how to get another. */
export function GoneLink({ environmentName, why }: { environmentName: string; why: string | undefined }) {
  return (
    <Doorway title={words.gone} lead={why ?? words.goneText} environmentName={environmentName} isWide>
      <Stack gap="md">
        {why === undefined ? (
          <>
            <Text>{words.goneOwner}</Text>
            <CommandLine text={words.command} />
          </>
        ) : null}
        <Text>{words.goneInvited}</Text>
        <Anchor href="/sign-in">{words.signIn}</Anchor>
      </Stack>
    </Doorway>
  );
}
