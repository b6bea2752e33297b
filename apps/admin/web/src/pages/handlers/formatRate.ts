/** `99.3%`: never rounded up to all of it. */
export const formatRate = (rate: number | null, language: string) =>
  rate === null
    ? '–'
    : (Math.floor(rate * 1_000) / 1_000).toLocaleString(language, {
        style: 'percent',
        maximumFractionDigits: 1,
      })
