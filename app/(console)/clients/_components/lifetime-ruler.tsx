import { durationWords, shortDuration } from "#components/display/duration.ts";
import classes from "./lifetime-ruler.module.css";
import type { LifetimeAnswer } from "./which-lifetime.ts";

const TICKS = [60, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400];
const FROM = 60;
const UNTIL = 86_400;

/** Where a lifetime stands on the scale from one minute to a day, in percent; logarithmic, as people think of it. */
function place(seconds: number): number {
  const clamped = Math.min(UNTIL, Math.max(FROM, seconds));
  return (Math.log(clamped / FROM) / Math.log(UNTIL / FROM)) * 100;
}

/** A client's access-token lifetime on one scale with the organisation's bounds and default, and in words which one wins. */
export function LifetimeRuler({ answer, isDraft = false }: { answer: LifetimeAnswer; isDraft?: boolean }) {
  const { minSeconds, maxSeconds, defaultSeconds, effectiveSeconds, outsideSeconds } = answer;
  // what is there is cut to the bounds, what is typed is refused
  const isRefused = isDraft && outsideSeconds !== null;
  const shown = durationWords(isRefused ? outsideSeconds : effectiveSeconds);
  const says = isRefused ? "which the organisation does not allow: it would be refused" : answer.says;
  const at = place(effectiveSeconds);
  return (
    <figure className={classes.figure} aria-label={`Access token lifetime: ${shown}, ${says}`}>
      <div className={classes.scale} aria-hidden>
        <span className={classes.track} />
        <span
          className={classes.allowed}
          style={{ left: `${place(minSeconds)}%`, right: `${100 - place(maxSeconds)}%` }}
        />
        <span className={classes.filled} style={{ left: `${place(minSeconds)}%`, right: `${100 - at}%` }} />
        <span className={classes.default} style={{ left: `${place(defaultSeconds)}%` }} />
        <span className={classes.knob} style={{ left: `${at}%` }} />
        <span className={classes.value} style={{ left: `clamp(40px, ${at}%, calc(100% - 40px))` }}>
          {shown}
        </span>
        {TICKS.map((tick) => (
          <span key={tick} className={classes.tick} style={{ left: `${place(tick)}%` }}>
            {shortDuration(tick)}
          </span>
        ))}
      </div>
      <figcaption className={classes.caption}>
        <strong>{shown}</strong>, {says}.
        <span className={classes.legend}>
          <i className={classes.keyAllowed} aria-hidden /> allowed {durationWords(minSeconds)} to{" "}
          {durationWords(maxSeconds)}
          <i className={classes.keyDefault} aria-hidden /> default {durationWords(defaultSeconds)}
        </span>
      </figcaption>
    </figure>
  );
}
