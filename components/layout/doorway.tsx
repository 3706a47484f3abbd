import type { ReactNode } from "react";
import { ColorSchemeMenu } from "../theme/color-scheme-menu.tsx";
import { BrandTop } from "./brand-top.tsx";
import classes from "./doorway.module.css";

/** The frame of pages that are seen before signing in: brand, environment, one card. */
export function Doorway({
  title,
  lead,
  environmentName,
  isWide = false,
  children,
}: {
  title: string;
  lead: string;
  environmentName: string;
  isWide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={classes.page}>
      <BrandTop>
        <span className={classes.environment}>{environmentName}</span>
        <span className={classes.end}>
          <ColorSchemeMenu />
        </span>
      </BrandTop>
      <main className={isWide ? classes.wide : classes.narrow}>
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.lead}>{lead}</p>
        <div className={classes.card}>{children}</div>
      </main>
    </div>
  );
}
