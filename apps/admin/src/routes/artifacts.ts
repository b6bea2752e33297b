import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { sendFile } from '../http/sendFile.ts'
import {
  artifactAnswer,
  artifactList,
  artifactPage,
  artifactPageQuery,
  contentQuery,
  runParams,
} from '../schemas/artifact.ts'
import type { ArtifactService } from '../services/artifactService.ts'

const tag = 'artifacts'

export function artifactEndpoints(artifacts: ArtifactService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/jobs/:id/artifacts',
      tag,
      role: 'viewer',
      summary: 'The files that the attempts of an execution left',
      description: 'In the order of attempts and names; those of attempts that failed as well.',
      answer: artifactList,
      errors: ['JOB_NOT_FOUND'],
      run: ({ params }) => artifacts.ofJob(params.id),
    }),
    endpoint({
      id: 'listRunArtifacts',
      method: 'get',
      path: '/schedules/:id/runs/:run_id/artifacts',
      tag,
      role: 'viewer',
      summary: 'The files that the tasks of a run left',
      description: 'Oldest first; those of attempts that failed, and of executions before a rerun, as well.',
      params: runParams,
      query: artifactPageQuery,
      answer: artifactPage,
      errors: ['RUN_NOT_FOUND'],
      run: ({ params, query }) => artifacts.ofRun(params.id, params.run_id, query),
    }),
    endpoint({
      method: 'get',
      path: '/artifacts/:id',
      tag,
      role: 'viewer',
      summary: 'What is known of a file',
      answer: artifactAnswer,
      errors: ['ARTIFACT_NOT_FOUND'],
      run: ({ params }) => artifacts.get(params.id),
    }),
    endpoint({
      id: 'downloadArtifact',
      method: 'get',
      path: '/artifacts/:id/content',
      tag,
      role: 'viewer',
      summary: 'The file itself',
      description: 'With its own content type. It is sent as it is read, however large it is.',
      query: contentQuery,
      headers: { 'Content-Disposition': 'Its name, and whether it is to be saved or shown' },
      errors: ['ARTIFACT_NOT_FOUND'],
      streamType: '*/*',
      async stream({ params, query, request }, response) {
        const { artifact, content } = await artifacts.open(params.id)
        await sendFile(request, response, artifact, content, query.inline === '1')
      },
    }),
  ]
}
