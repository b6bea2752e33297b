/** As the `ref` of what appears far from the button that brought it, at the end of a long form. */
export const scrollHere = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'center' })
