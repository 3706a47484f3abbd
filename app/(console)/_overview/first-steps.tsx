import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import type { Overview } from "#lib/overview/model.ts";
import classes from "./overview.module.css";

/** What to do first on a new console; gone when all of it is done. */
export function FirstSteps({ registry }: { registry: Overview["registry"] }) {
  const steps = [
    { isDone: true, name: "Create the owner", href: "/admins", about: "You are signed in." },
    {
      isDone: registry.audiences > 0,
      name: "Create an audience",
      href: "/audiences/new",
      about:
        "An application that accepts tokens, with its permissions. Without one a client gets no access token.",
    },
    {
      isDone: registry.clients > 0,
      name: "Register a client",
      href: "/clients/new",
      about: "An application that gets tokens, with how long they live.",
    },
    {
      isDone: registry.users > 0,
      name: "Add the first user",
      href: "/users/new",
      about: "A person who signs in at the authority. A service client needs none.",
    },
    {
      isDone: registry.verifiers > 0,
      name: "Register a verifier",
      href: "/verifiers/new",
      about: "A service that asks whether a token is good, and refuses it the moment it is revoked.",
    },
  ];
  const next = steps.find((step) => !step.isDone);
  const done = steps.filter((step) => step.isDone).length;
  return (
    <Card title="First steps" aside={`${done} of ${steps.length} done`}>
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={step.name} data-done={step.isDone || undefined}>
            {step.isDone ? (
              <IconCircleCheckFilled size={20} aria-label="done" />
            ) : (
              <IconCircle size={20} aria-label="to do" />
            )}
            <span>
              {step.isDone || step === next ? (
                <strong>{step.name}</strong>
              ) : (
                <Link prefetch={false} href={step.href}>
                  {step.name}
                </Link>
              )}
              <br />
              <small>{step.about}</small>
              {step === next ? (
                <LinkButton href={step.href} variant="filled" mt={8} display="block" w="fit-content">
                  {step.name}
                </LinkButton>
              ) : null}
            </span>
          </li>
        ))}
      </ol>
      <p className={classes.more}>
        To look around first, load the sample organisation with live traffic:{" "}
        <code className="mono">npm run demo</code>
      </p>
    </Card>
  );
}
