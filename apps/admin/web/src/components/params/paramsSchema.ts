import type { RJSFSchema, UiSchema } from '@rjsf/utils'

export type JsonSchema = RJSFSchema
export type Params = Record<string, unknown>

/** Of single values that tend to be long. */
const LONG_TEXT = /^(text|html|body|statement|script|query|sql|message)$/

/** The words that a form needs for what a schema leaves without a name. */
export interface Words {
  byDefault: (value: string) => string
  /** Of one of several forms that a value may take. */
  typeName: (type: string) => string
}

/**
 * A handler's schema as the form draws it, and how. Defaults are shown as placeholders rather than written into the
 * params, so that a cron keeps following them; a value of any kind is typed as JSON.
 *
 * @param asJson  params whose values are something else than their type, as references to secrets are
 */
export function drawableSchema(
  schema: JsonSchema,
  asJson: string[],
  words: Words,
): { schema: JsonSchema; uiSchema: UiSchema } {
  const uiSchema: UiSchema = { 'ui:submitButtonOptions': { norender: true } }
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    if (typeof property !== 'object') return [name, property] as const
    const isAny = asJson.includes(name) || isAnyJson(property, schema)
    uiSchema[name] = isAny ? { 'ui:field': 'json' } : uiOf(name, property, schema, words)
    return [name, isAny ? anyJson(property) : namingForms(property, words)] as const
  })
  const { title: _, description: __, ...rest } = schema
  return { schema: { ...rest, properties: Object.fromEntries(properties) }, uiSchema }
}

function uiOf(name: string, property: JsonSchema, root: JsonSchema, words: Words): UiSchema {
  const ui: UiSchema = {}
  const { default: byDefault, type } = property
  if (['string', 'number', 'boolean'].includes(typeof byDefault))
    ui['ui:placeholder'] = words.byDefault(String(byDefault))
  else if (byDefault && JSON.stringify(byDefault).length > 2)
    ui['ui:description'] = [property.description, words.byDefault(JSON.stringify(byDefault))]
      .filter(Boolean)
      .join('; ')
  // The select of the theme leaves it out.
  if (property.enum || (type === 'boolean' && byDefault === true)) ui['ui:help'] = property.description
  // A box that is not ticked would look like the opposite of its default.
  if (type === 'boolean' && byDefault === true) ui['ui:widget'] = 'select'
  if (type === 'string' && !property.enum && LONG_TEXT.test(name)) {
    ui['ui:widget'] = 'textarea'
    ui['ui:options'] = { autosize: true, minRows: 2, maxRows: 12 }
  }
  if (type === 'array' && typeof property.items === 'object' && !Array.isArray(property.items)) {
    if (isAnyJson(property.items, root)) ui.items = { 'ui:field': 'json' }
    else ui.items = { 'ui:options': { label: false } }
  }
  return ui
}

/** Whether a schema takes any JSON at all, as `{}` and a reference to itself by way of arrays and objects do. */
function isAnyJson(property: JsonSchema, root: JsonSchema): boolean {
  const name = property.$ref?.replace('#/$defs/', '')
  const target = name === undefined ? property : (root.$defs?.[name] as JsonSchema | undefined)
  if (!target) return false
  const forms = target.anyOf ?? target.oneOf
  if (forms) return forms.length >= 5 && JSON.stringify(forms).includes('"object"')
  return !('type' in target || 'enum' in target || 'const' in target || '$ref' in target || 'allOf' in target)
}

/** Without its forms, between which nobody has to choose. */
const anyJson = ({ title, description }: JsonSchema): JsonSchema => ({
  ...(title && { title }),
  ...(description && { description }),
})

/** Gives the forms of `anyOf` and `oneOf` names to choose by. */
function namingForms(property: JsonSchema, words: Words): JsonSchema {
  const named = (forms: JsonSchema['anyOf']) =>
    forms?.map((form) =>
      typeof form === 'object' && !form.title && typeof form.type === 'string'
        ? { ...form, title: words.typeName(form.type) }
        : form,
    )
  return {
    ...property,
    ...(property.anyOf && { anyOf: named(property.anyOf) }),
    ...(property.oneOf && { oneOf: named(property.oneOf) }),
    ...(typeof property.items === 'object' &&
      !Array.isArray(property.items) && { items: namingForms(property.items as JsonSchema, words) }),
  } as JsonSchema
}
