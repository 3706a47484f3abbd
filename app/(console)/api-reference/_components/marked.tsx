import classes from "./reference.module.css";

/** Text of the document: what stands between backticks is code. */
export function Marked({ text }: { text: string }) {
  return text.split("`").map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have their places and nothing else
      <code key={at} className={classes.code}>
        {part}
      </code>
    ),
  );
}
