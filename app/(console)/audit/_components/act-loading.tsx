import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";

/** In the place of an act's record while it is on its way. */
export function ActLoading() {
  return (
    <>
      <LoadingNote what="the record" />
      {[70, 40, 55, 62, 48, 66].map((width) => (
        <p key={width} style={{ padding: "6px 0" }}>
          <Bar width={`${width}%`} />
        </p>
      ))}
    </>
  );
}
