import { Stack } from "@mantine/core";
import { CommandLine } from "#components/display/command-line.tsx";
import { scannerWords as words } from "./words.ts";

/** What a scanner is set up with. */
export function HowToReport({ issuer }: { issuer: string }) {
  return (
    <Stack gap="sm">
      <CommandLine
        text={`curl -H "Authorization: Bearer $SCANNER_SECRET" -H "Content-Type: application/json" \\\n  -d '[{"token":"…","type":"…","url":"…","source":"…"}]' \\\n  ${issuer}/leak-reports`}
        what="command"
      />
      <p className="muted">{words.howText}</p>
    </Stack>
  );
}
