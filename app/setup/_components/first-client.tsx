import { Stack, Text } from "@mantine/core";
import { CommandLine } from "#components/display/command-line.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { setupWords as words } from "./words.ts";

/** The third step: the organisation's own first client, or the sample. */
export function FirstClient() {
  return (
    <Stack gap="lg">
      <Text>{words.clientText}</Text>
      <div>
        <Text fw={600}>{words.clientOwn}</Text>
        <Text c="dimmed" mb="xs">
          {words.clientOwnText}
        </Text>
        <LinkButton href="/clients/new" variant="filled">
          {words.clientOwn}
        </LinkButton>
      </div>
      <div>
        <Text fw={600}>{words.clientSample}</Text>
        <Text c="dimmed" mb="xs">
          {words.clientSampleText}
        </Text>
        <CommandLine text={words.sampleCommand} what="command" />
      </div>
      <LinkButton href="/" style={{ alignSelf: "flex-start" }}>
        {words.later}
      </LinkButton>
    </Stack>
  );
}
