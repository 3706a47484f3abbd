import type { ReactNode } from "react";
import { durationWords } from "../display/duration.ts";
import classes from "./lifeline.module.css";

/** A stretch of a life; `isShaded`: the plot is tinted over it, beside the line below. */
export type LifelinePhase = { name: string; color: string; from: string; to: string; isShaded?: boolean };

function Key({ children, ...look }: { className: string | undefined; color?: string; children: ReactNode }) {
  const { className, color } = look;
  return (
    <span className={classes.entry}>
      <i
        className={className}
        style={color === undefined ? undefined : ({ "--phase": color } as React.CSSProperties)}
        aria-hidden
      />{" "}
      {children}
    </span>
  );
}

type LifelineCaptionProps = {
  bucketSeconds: number;
  hasIssues: boolean;
  /** Issues alone are drawn. */
  isUnused: boolean;
  phases: readonly LifelinePhase[];
  hasShade: boolean;
  zone: string;
  children: ReactNode;
};

/** What the colours, shades and heights of a lifeline mean. */
export function LifelineCaption(props: LifelineCaptionProps) {
  const { bucketSeconds, hasIssues, isUnused, phases, hasShade, zone, children } = props;
  const named = [...new Map(phases.map((phase) => [phase.name, phase])).values()];
  return (
    <figcaption className={classes.caption}>
      <span className={classes.legend}>
        <span>Uses per {durationWords(bucketSeconds)}</span>
        <Key className={classes.allowedKey}>allowed</Key>
        <Key className={classes.refusedKey}>refused</Key>
        {hasIssues ? <Key className={classes.issuedKey}>issued</Key> : null}
        {named.map(({ name, color, isShaded }) => (
          <Key
            key={name}
            className={`${classes.phaseKey} ${isShaded ? classes.phaseWash : ""}`}
            color={color}
          >
            {name}
          </Key>
        ))}
        {hasShade ? <Key className={classes.shadeKey}>some verifier could still accept it</Key> : null}
        <span>times in {zone}</span>
        {isUnused ? <span>Issued, and not used in this time.</span> : null}
      </span>
      {children}
    </figcaption>
  );
}
