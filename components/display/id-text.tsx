import Link from "next/link";
import { CopyButton } from "./copy-button.tsx";
import classes from "./id-text.module.css";

type IdTextProps = {
  id: string;
  /** What it is, for the copy button: "token id". */
  what: string;
  /** Characters before and after the cut; the end tells UUIDv7s of one moment apart. */
  head?: number;
  tail?: number;
  href?: string | undefined;
  withCopy?: boolean;
  /** In tables the button shows on hover and focus only. */
  quiet?: boolean;
};

/** An id in mono, shortened in the middle, with its whole on hover and in the copy button. */
export function IdText({ id, what, head = 4, tail = 4, href, withCopy = true, quiet = false }: IdTextProps) {
  const short = id.length <= head + tail + 3 ? id : `${id.slice(0, head)}…${id.slice(-tail)}`;
  const text = (
    <span className={classes.text} title={id}>
      <span aria-hidden>{short}</span>
      <span className="for-screen-readers">{id}</span>
    </span>
  );
  return (
    <span className={classes.id} data-quiet={quiet || undefined}>
      {href ? (
        <Link href={href} className={classes.link} prefetch={false}>
          {text}
        </Link>
      ) : (
        text
      )}
      {withCopy ? <CopyButton value={id} what={what} {...(quiet ? { tabIndex: -1 } : {})} /> : null}
    </span>
  );
}
