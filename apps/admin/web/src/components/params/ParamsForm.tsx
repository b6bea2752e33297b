import { Text, Title } from '@mantine/core'
import Form, { Templates } from '@rjsf/mantine'
import {
  type ArrayFieldTitleProps,
  type BaseInputTemplateProps,
  type DescriptionFieldProps,
  type ErrorSchema,
  type FieldErrorProps,
  type FieldHelpProps,
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
const TEMPLATES = {
  TitleFieldTemplate: FieldTitle,
  DescriptionFieldTemplate: FieldDescription,
  ArrayFieldTitleTemplate: ListTitle,
  FieldHelpTemplate: FieldHelp,
  FieldErrorTemplate: FieldErrors,
  BaseInputTemplate: InputField,
}

/** Params as a form, drawn from the handler's JSON Schema. */
export default function ParamsForm({ schema, value, onChange, errors }: Props) {
  const { t, i18n } = useTranslation('params')
  const asJson = Object.keys(value).filter((name) => JSON.stringify(value[name])?.includes('"$secret"'))
  // The words change with the language.
  const drawn = useMemo(
    () =>
      drawableSchema(schema, asJson, {
        byDefault: (text) => t('byDefault', { value: text }),
        typeName: (type) => t(`type.${type as 'string'}`),
      }),
    [schema, t, asJson.join()],
  )
  const translate = (text: TranslatableString, params?: string[]) => {
    // The value of an entry that was just added.
    if (text === TranslatableString.NewStringDefault) return ''
    return TEXTS[text] ? t(TEXTS[text]) : replaceStringParameters(text, params)
  }
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
  Record<TranslatableString, 'add' | 'remove' | 'up' | 'down' | 'copyItem' | 'key' | 'yes' | 'no'>
> = {
  [TranslatableString.AddButton]: 'add',
  [TranslatableString.AddItemButton]: 'add',
  [TranslatableString.RemoveButton]: 'remove',
  [TranslatableString.MoveUpButton]: 'up',
  [TranslatableString.MoveDownButton]: 'down',
  [TranslatableString.CopyButton]: 'copyItem',
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

const BaseInput = Templates.BaseInputTemplate!

/** Without a value it would keep showing the last one that the JSON beside it had. */
function InputField(props: BaseInputTemplateProps) {
  return <BaseInput {...props} value={props.value ?? ''} />
}

function ListTitle({ title }: ArrayFieldTitleProps) {
  return <span className={classes.title}>{title}</span>
}

/** Of lists and objects: inputs say themselves what is wrong with them. */
function FieldErrors({ errors, schema, uiSchema }: FieldErrorProps) {
  const isInput = schema.type !== 'array' && schema.type !== 'object'
  if (!errors?.length || isInput || uiSchema?.['ui:field']) return null
  return (
    <Text size="xs" c="red">
      {errors.join('; ')}
    </Text>
  )
}

function FieldHelp({ help }: FieldHelpProps) {
  return help ? (
    <Text size="xs" c="dimmed" mt={4}>
      {help}
    </Text>
  ) : null
}

function FieldTitle({ id, title, required }: TitleFieldProps) {
  return (
    <Title id={id} order={4} className={classes.title} mt={4}>
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
