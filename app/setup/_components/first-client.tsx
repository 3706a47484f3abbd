import { Stack, Text } from "@mantine/core";
import { CommandLine } from "#components/display/command-line.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { setupWords as words } from "./words.ts";

/** The third step: what tokens are for and who gets them, or the sample. */
export function FirstClient({ hasAudience }: { hasAudience: boolean }) {
  return (
    <Stack gap="lg">
      <Text>{words.clientText}</Text>
      <div>
        <Text fw={600}>1. {words.audienceFirst}</Text>
        <Text c="dimmed" mb="xs">
          {words.audienceFirstText} {hasAudience ? words.audienceDone : ""}
        </Text>
        <LinkButton href="/audiences/new" variant={hasAudience ? "default" : "filled"}>
          {words.audienceFirst}
        </LinkButton>
      </div>
      <div>
        <Text fw={600}>2. {words.clientOwn}</Text>
        <Text c="dimmed" mb="xs">
          {words.clientOwnText} {hasAudience ? "" : words.noAudienceYet}
        </Text>
        <LinkButton href="/clients/new" variant={hasAudience ? "filled" : "default"}>
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
