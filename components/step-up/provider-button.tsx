"use client";

import { Button, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { PROVIDER_REFUSAL_WORDS, type ProviderRefusal } from "#lib/sign-in-providers/model.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { RequestProblem } from "../request/request-json.ts";
import { STEP_UP_CHANNEL, type StepUpNews, startAtProvider } from "../request/start-at-provider.ts";
import { stepUpWords as words } from "./words.ts";

const WINDOW = "popup,width=520,height=720";

/** Signs in once more at the provider, in a window of its own: the page that asks stays as it is. */
export function ProviderButton({
  provider,
  kind,
  subject,
  isFirst,
  onDone,
  onFault,
}: {
  provider: { id: string; name: string };
  kind: StepUpKind;
  /** The one act that it is for; without it for all of the kind. */
  subject: string | undefined;
  isFirst: boolean;
  onDone: () => void;
  onFault: (fault: string | null) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);

  useEffect(() => {
    if (!isOpen) return;
    const channel = new BroadcastChannel(STEP_UP_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<StepUpNews>) => {
      setIsOpen(false);
      if (data.refused === null) onDone();
      else
        onFault(
          PROVIDER_REFUSAL_WORDS[data.refused as ProviderRefusal] ?? PROVIDER_REFUSAL_WORDS.PROVIDER_FAILED,
        );
    };
    return () => channel.close();
  }, [isOpen, onDone, onFault]);

  async function start() {
    onFault(null);
    // opened by the click itself: a window that comes later is blocked
    const opened = window.open("", "_blank", WINDOW);
    if (opened === null) return onFault(words.blocked);
    setIsOpen(true);
    try {
      opened.location.assign(await startAtProvider(provider.id, { next: "/step-up", kind, subject }));
    } catch (error) {
      opened.close();
      setIsOpen(false);
      onFault(error instanceof RequestProblem ? error.message : words.notStarted);
    }
  }

  return (
    <>
      <Button
        variant={isFirst ? "filled" : "default"}
        fullWidth
        leftSection={<IconExternalLink size={18} />}
        onClick={() => void start()}
        autoFocus={isFirst}
      >
        {words.provider(provider.name)}
      </Button>
      {isOpen ? (
        <Text c="dimmed" role="status">
          {words.waiting(provider.name)}
        </Text>
      ) : null}
    </>
  );
}
