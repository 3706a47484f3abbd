import { Stack } from "@mantine/core";
import { CommandLine } from "#components/display/command-line.tsx";
import { scannerWords as words } from "./words.ts";

/** What a scanner is set up with. */
export function HowToReport({ issuer }: { issuer: string }) {
  return (
    <Stack gap="sm">
      <CommandLine
        text={`curl -H "Authorization: Bearer twl_…" -H "Content-Type: application/json" -d '[{"token":"…","type":"…","url":"…","source":"…"}]' ${issuer}/leak-reports`}
        what="command"
      />
      <p className="muted">{words.howText}</p>
    </Stack>
  );
}
