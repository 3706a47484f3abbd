import classes from "./flag.module.css";

/** A country's flag, beside its name and never instead of it. */
export function Flag({ code }: { code: string }) {
  return (
    // biome-ignore lint/performance/noImgElement: a drawing of some hundred bytes that nothing can make smaller
    <img
      src={`/flags/${encodeURIComponent(code)}.svg`}
      alt=""
      width={18}
      height={12}
      loading="lazy"
      decoding="async"
      className={classes.flag}
    />
  );
}
