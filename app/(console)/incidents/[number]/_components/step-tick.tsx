"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RequestProblem, requestJson } from "#components/request/request-json.ts";
import { STEP_WORDS, type Step } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

/** Ticks a step off or takes the tick back. What somebody else changed meanwhile is said, and shown. */
export function StepTick({
  number,
  version,
  step,
  isDone,
  isAllowed,
}: {
  number: number;
  version: number;
  step: Step;
  isDone: boolean;
  isAllowed: boolean;
}) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  if (!isAllowed) return null;

  async function tick() {
    setIsBusy(true);
    try {
      const body = { version, isDone: !isDone };
      await requestJson(`/api/v1/incidents/${number}/steps/${step}`, { method: "PUT", body });
    } catch (error) {
      const isStale = error instanceof RequestProblem && error.code === "STALE_VERSION";
      notifications.show({
        title: isStale ? words.stale : "It was not done",
        message: error instanceof Error ? error.message : "",
        color: isStale ? "yellow" : "red",
      });
    } finally {
      setIsBusy(false);
      router.refresh();
    }
  }

  const label = isDone ? words.reopen : words.done;
  return (
    <Button
      size="compact-sm"
      loading={isBusy}
      onClick={tick}
      aria-label={`${label}: ${STEP_WORDS[step].name}`}
      {...(isDone ? { variant: "default" } : { leftSection: <IconCheck size={15} /> })}
    >
      {label}
    </Button>
  );
}
