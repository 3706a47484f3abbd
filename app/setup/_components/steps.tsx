"use client";

import { Stepper } from "@mantine/core";
import type { ReactNode } from "react";
import { setupWords as words } from "./words.ts";

/** Where the set-up stands: 0 owner, 1 organisation, 2 first client. */
export function SetupSteps({ active, children }: { active: 0 | 1 | 2; children: ReactNode }) {
  return (
    <>
      <Stepper active={active} size="xs" iconSize={26} allowNextStepsSelect={false} mb="lg" wrap={false}>
        <Stepper.Step label={words.steps.owner} />
        <Stepper.Step label={words.steps.organisation} />
        <Stepper.Step label={words.steps.client} />
      </Stepper>
      {children}
    </>
  );
}
