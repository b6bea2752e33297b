import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { id, instantAnswer } from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

export const artifactAnswer = z
  .object({
    id: z.int(),
    execution_id: z.int(),
    attempt: z.int(),
    task_key: z.string().nullable().meta({ description: 'The task of a run that left it' }),
    name: z.string().meta({ description: 'A relative path' }),
    content_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string().meta({ description: 'Hexadecimal' }),
    created_at: instantAnswer,
  })
  .meta({
    id: 'Artifact',
    description: 'A file that an attempt of an execution left',
    example: {
      id: 7,
      execution_id: 1042,
      attempt: 1,
      task_key: 'report',
      name: 'report.xlsx',
      content_type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      size_bytes: 18_220,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      created_at: '2026-02-28T17:00:02.450Z',
    },
  })
export const artifactList = z.object({ items: z.array(artifactAnswer) }).meta({ id: 'ArtifactList' })
export const artifactPage = pageOfAnswers(artifactAnswer).meta({ id: 'ArtifactPage' })

export const runParams = z.object({ id, run_id: id })
export const artifactPageQuery = z.strictObject(pagingFields).superRefine(refuseMixedPaging)
export type ArtifactPageQuery = z.output<typeof artifactPageQuery>

export const contentQuery = z.strictObject({
  inline: z.enum(['0', '1']).optional().meta({
    description:
      '1: to be shown instead of saved, where that is safe: PNG, JPEG, GIF and WebP as they are, text, CSV and JSON as plain text',
  }),
})
