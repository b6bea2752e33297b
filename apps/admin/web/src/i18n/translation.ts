/**
 * The texts of another language for those of English: the same keys, all of them. Languages without a singular leave
 * out the keys that end in `_one`.
 */
export type Translation<Texts> = {
  [Key in keyof Texts as Key extends `${infer Plural}_one`
    ? `${Plural}_other` extends keyof Texts
      ? never
      : Key
    : Key]: Texts[Key] extends string ? string : Translation<Texts[Key]>
}
