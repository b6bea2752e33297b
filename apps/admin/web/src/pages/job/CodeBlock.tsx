import classes from './JobPage.module.css'

/** A text as it is, that scrolls when it is long. */
export function CodeBlock({ label, children }: { label: string; children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={classes.code} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
