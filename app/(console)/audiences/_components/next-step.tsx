import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import type { AudienceRow } from "#lib/audiences/model.ts";
import classes from "./next-step.module.css";
import { audienceWords as words } from "./words.ts";

type NextStepProps = { audience: AudienceRow; canAddClient: boolean; canAddVerifier: boolean };

/** What an audience still lacks to be of use; nothing where tokens for it can be got and checked. */
export function NextStep({ audience, canAddClient, canAddVerifier }: NextStepProps) {
  const step =
    audience.clientCount === 0
      ? { text: words.noClients, word: words.addClient, href: "/clients/new", isAllowed: canAddClient }
      : audience.verifierCount === 0
        ? {
            text: words.noVerifiers,
            word: words.addVerifier,
            href: "/verifiers/new",
            isAllowed: canAddVerifier,
          }
        : null;
  if (step === null) return null;
  return (
    <Card title={words.next}>
      <div className={classes.step}>
        <p>{step.text}</p>
        {step.isAllowed ? (
          <LinkButton href={step.href} variant="filled">
            {step.word}
          </LinkButton>
        ) : null}
      </div>
    </Card>
  );
}
