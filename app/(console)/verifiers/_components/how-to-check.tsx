"use client";

import { Tabs } from "@mantine/core";
import { Card } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import type { VerifierDetail } from "#lib/verifiers/model.ts";
import { type Setup, setupsOf } from "./setups.ts";
import { howWords as words } from "./words.ts";

/** How to check tokens with this verifier's credentials, with the real addresses; its secret is what was shown once. The way it has is open. */
export function HowToCheck({
  verifier,
  issuer,
}: {
  verifier: Pick<VerifierDetail, "name" | "audiences" | "checkWay">;
  issuer: string;
}) {
  const setups = setupsOf({
    name: verifier.name,
    audiences: verifier.audiences.map((audience) => audience.name),
    issuer,
  });
  const chosen = setups.find(({ way }) => way === verifier.checkWay) ?? setups[0];
  return (
    <Card title={words.title}>
      <Tabs defaultValue={chosen?.id ?? null} keepMounted={false} key={verifier.checkWay}>
        <Tabs.List>
          {setups.map(({ id, name }) => (
            <Tabs.Tab key={id} value={id}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {setups.map((setup) => (
          <Tabs.Panel key={setup.id} value={setup.id} pt="sm">
            <Steps setup={setup} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Card>
  );
}

function Steps({ setup }: { setup: Setup }) {
  return (
    <>
      <p style={{ marginBottom: 8 }}>{setup.says}</p>
      <CommandLine text={setup.text} what={setup.what} />
      {setup.note ? (
        <p className="muted" style={{ marginTop: 8 }}>
          {setup.note}
        </p>
      ) : null}
    </>
  );
}
