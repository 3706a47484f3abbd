/** The product's mark: a shield that is a token's slot. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden focusable="false">
      <rect width="24" height="24" rx="6" fill="var(--tw-accent)" />
      <path
        d="M12 4.6 6.4 6.5v5.1c0 3.6 2.3 6.5 5.6 7.9 3.3-1.4 5.6-4.3 5.6-7.9V6.5z"
        fill="none"
        stroke="var(--tw-on-accent)"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
      <circle cx="12" cy="10.6" r="1.7" fill="var(--tw-on-accent)" />
      <path d="M12 11.4v3.2" stroke="var(--tw-on-accent)" strokeWidth="1.7" strokeLinecap="round" />
    </svg>
  );
}
