"use client";

import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconPrinter } from "@tabler/icons-react";
import { useState } from "react";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { accountWords as words } from "./words.ts";

/** The codes as a person keeps them: what they are for, and each on a line of its own. */
function fileOf(codes: readonly string[]): string {
  const head = words.recoveryFile(window.location.host, new Date().toISOString().slice(0, 10));
  return `${head}\n\n${codes.join("\n")}\n`;
}

function download(codes: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([fileOf(codes)], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "tokenwarden-recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(url);
}

/** In a frame of its own: the page behind has other things on it. */
function print(codes: readonly string[]): void {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  document.body.append(frame);
  const sheet = frame.contentDocument;
  if (sheet === null) return;
  const text = sheet.createElement("pre");
  text.textContent = fileOf(codes);
  sheet.body.append(text);
  frame.contentWindow?.addEventListener("afterprint", () => frame.remove());
  frame.contentWindow?.print();
}

/** New codes, for the one time that they can be shown: nothing closes them before the person says that they are kept. */
export function MadeCodes({ codes, onClose }: { codes: readonly string[] | null; onClose: () => void }) {
  const [isKept, setIsKept] = useState(false);

  function close() {
    setIsKept(false);
    onClose();
  }

  return (
    <OnDemandDialog
      isOpen={codes !== null}
      onClose={close}
      title={words.recoveryShown}
      size={520}
      closeOnClickOutside={false}
      closeOnEscape={isKept}
      withCloseButton={isKept}
    >
      {codes === null ? null : (
        <Stack gap="md">
          <Text>{words.recoveryKeep}</Text>
          <SecretOnce
            name={words.recovery}
            value={codes.join("\n")}
            kept="only their hashes are kept"
            isMany
            whenLost={words.recoveryLost}
          />
          <Group gap="xs">
            <Button leftSection={<IconDownload size={16} />} onClick={() => download(codes)}>
              {words.recoveryDownload}
            </Button>
            <Button leftSection={<IconPrinter size={16} />} onClick={() => print(codes)}>
              {words.recoveryPrint}
            </Button>
          </Group>
          <Group justify="space-between" gap="xs">
            <Checkbox
              label={words.recoveryKept}
              checked={isKept}
              onChange={(event) => setIsKept(event.currentTarget.checked)}
            />
            <Button variant="filled" onClick={close} disabled={!isKept}>
              {words.done}
            </Button>
          </Group>
        </Stack>
      )}
    </OnDemandDialog>
  );
}
