"use client";

import { IconCircleCheck, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Hint } from "#components/on-demand/hint.tsx";
import type { TokenDetail } from "#lib/tokens/model.ts";
import classes from "./anatomy.module.css";
import { CLAIMS, TIME_CLAIMS } from "./claims.ts";
import { LifetimeBar } from "./lifetime-bar.tsx";

function Claim({ name, value, after }: { name: string; value: unknown; after?: ReactNode }) {
  const known = CLAIMS[name];
  const label = known ? (
    <>
      {known.means}
      <br />
      <span className={classes.where}>{known.where}</span>
    </>
  ) : (
    "A custom claim, set for this client."
  );
  return (
    <Hint
      label={label}
      events={{ hover: true, focus: true, touch: true }}
      position="top-start"
      openDelay={80}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the explanation must be reachable by keyboard */}
      <span className={classes.claim} tabIndex={0}>
        <span className={classes.name}>"{name}"</span>:{" "}
        <span className={classes.value} data-custom={known ? undefined : true}>
          {JSON.stringify(value, null, 1)
            ?.replaceAll(/\n\s*/g, " ")
            .replaceAll(/\[ (.*?) \]/g, "[$1]")}
        </span>
        {after ? <span className={classes.after}> {after}</span> : null}
      </span>
    </Hint>
  );
}

/** The three parts of a token in the colours that people know them by; each member explained. */
export function Anatomy({ token }: { token: TokenDetail }) {
  const { header, payload } = token;
  return (
    <div className={classes.anatomy}>
      {header ? (
        <section className={classes.part} data-part="header" aria-label="Header">
          <h3 className={classes.title}>Header</h3>
          {Object.entries(header).map(([name, value]) => (
            <Claim key={name} name={name} value={value} />
          ))}
        </section>
      ) : null}
      <section className={classes.part} data-part="payload" aria-label="Payload">
        <h3 className={classes.title}>{header ? "Payload" : "What introspection answers"}</h3>
        {Object.entries(payload).map(([name, value]) => (
          <Claim
            key={name}
            name={name}
            value={value}
            after={
              TIME_CLAIMS.has(name) && typeof value === "number" ? (
                <Instant at={new Date(value * 1000).toISOString()} show="exact" />
              ) : name === "rooted_at" && typeof value === "number" ? (
                <Instant at={new Date(value).toISOString()} show="exact" />
              ) : name === "sub" && token.user ? (
                token.user.name
              ) : null
            }
          />
        ))}
      </section>
      <section className={classes.part} data-part="signature" aria-label="Signature">
        <h3 className={classes.title}>{header ? "Signature" : "Value"}</h3>
        {header ? (
          <p className={classes.signed}>
            <IconCircleCheck size={15} aria-hidden />
            <span>
              signed by <strong>{token.signingKid ?? "an unknown key"}</strong>
              {token.algorithm ? `, ${token.algorithm}` : ""} · value not stored
            </span>
          </p>
        ) : (
          <p className={classes.signed}>
            <IconLock size={15} aria-hidden />
            <span>opaque: nothing can be read from it · value not stored</span>
          </p>
        )}
        <p className={classes.hash}>
          SHA-256 <IdText id={token.valueHash} what="hash" head={8} tail={8} />
        </p>
      </section>
      <LifetimeBar from={token.issuedAt} to={token.expiresAt} endedAt={token.endedAt} />
    </div>
  );
}
