import classes from "./command-line.module.css";
import { CopyButton } from "./copy-button.tsx";

/** A command or a snippet in mono with a copy button; long lines scroll inside of it. */
export function CommandLine({ text, what = "command" }: { text: string; what?: string }) {
  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroller} tabIndex={0} aria-label={what}>
        <pre className={classes.text}>{text}</pre>
      </section>
      <CopyButton value={text} what={what} />
    </div>
  );
}
