import { Text, Title } from '@mantine/core'
import Form from '@rjsf/mantine'
import {
  type DescriptionFieldProps,
  type ErrorSchema,
  replaceStringParameters,
  type TitleFieldProps,
  TranslatableString,
} from '@rjsf/utils'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { JsonField } from './JsonField.tsx'
import classes from './ParamsForm.module.css'
import { drawableSchema, type JsonSchema, type Params } from './paramsSchema.ts'
import { paramsValidator } from './paramsValidator.ts'

interface Props {
  schema: JsonSchema
  value: Params
  onChange: (value: Params) => void
  errors: Record<string, string>
}

const FIELDS = { json: JsonField }
const TEMPLATES = { TitleFieldTemplate: FieldTitle, DescriptionFieldTemplate: FieldDescription }

/** Params as a form, drawn from the handler's JSON Schema. */
export default function ParamsForm({ schema, value, onChange, errors }: Props) {
  const { t, i18n } = useTranslation('params')
  // The words change with the language.
  const drawn = useMemo(
    () =>
      drawableSchema(schema, {
        byDefault: (text) => t('byDefault', { value: text }),
        typeName: (type) => t(`type.${type as 'string'}`),
      }),
    [schema, t],
  )
  const translate = (text: TranslatableString, params?: string[]) =>
    TEXTS[text] ? t(TEXTS[text], { name: params?.[0] }) : replaceStringParameters(text, params)
  return (
    <div className={classes.form}>
      <Form
        key={i18n.language}
        tagName="div"
        idPrefix="params"
        schema={drawn.schema}
        uiSchema={drawn.uiSchema}
        formData={value}
        validator={paramsValidator as never}
        fields={FIELDS as never}
        templates={TEMPLATES}
        translateString={translate}
        extraErrors={errorSchemaOf(errors)}
        showErrorList={false}
        liveValidate="onChange"
        noHtml5Validate
        experimental_defaultFormStateBehavior={{ emptyObjectFields: 'skipDefaults' }}
        onChange={({ formData }) => onChange((formData as Params | undefined) ?? {})}
      />
    </div>
  )
}

const TEXTS: Partial<
  Record<TranslatableString, 'add' | 'remove' | 'up' | 'down' | 'copyItem' | 'newKey' | 'key' | 'yes' | 'no'>
> = {
  [TranslatableString.AddButton]: 'add',
  [TranslatableString.AddItemButton]: 'add',
  [TranslatableString.RemoveButton]: 'remove',
  [TranslatableString.MoveUpButton]: 'up',
  [TranslatableString.MoveDownButton]: 'down',
  [TranslatableString.CopyButton]: 'copyItem',
  [TranslatableString.NewStringDefault]: 'newKey',
  [TranslatableString.KeyLabel]: 'key',
  [TranslatableString.YesLabel]: 'yes',
  [TranslatableString.NoLabel]: 'no',
}

/** What the server refused, where the form has it. */
function errorSchemaOf(errors: Record<string, string>): ErrorSchema {
  const root: Record<string, unknown> = {}
  for (const [path, message] of Object.entries(errors)) {
    if (path === '') continue
    let at = root
    for (const step of path.split('.')) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    at.__errors = [message]
  }
  return root as ErrorSchema
}

function FieldTitle({ id, title, required }: TitleFieldProps) {
  return (
    <Title id={id} order={4} size="sm" mt={4}>
      {title}
      {required && (
        <Text span c="red" aria-hidden>
          {' *'}
        </Text>
      )}
    </Title>
  )
}

function FieldDescription({ id, description }: DescriptionFieldProps) {
  return (
    <Text id={id} size="xs" c="dimmed" mb={4}>
      {description}
    </Text>
  )
}
