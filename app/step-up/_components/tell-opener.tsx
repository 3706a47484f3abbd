"use client";

import { Button, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { STEP_UP_CHANNEL, type StepUpNews } from "#components/request/start-at-provider.ts";
import { stepUpPageWords as words } from "./words.ts";

/** Tells the page that waits how it went, and closes the window where that is all there was to it. */
export function TellOpener({ refused, says }: { refused: string | null; says: string }) {
  useEffect(() => {
    const channel = new BroadcastChannel(STEP_UP_CHANNEL);
    channel.postMessage({ refused } satisfies StepUpNews);
    channel.close();
    if (refused === null) window.close();
  }, [refused]);
  return (
    <Stack gap="md">
      <Text role="status">{says}</Text>
      <Button onClick={() => window.close()}>{words.closeAct}</Button>
    </Stack>
  );
}
