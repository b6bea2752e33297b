import { useQuery } from '@tanstack/react-query'
import { fetchClient } from '../../api/client.ts'

/** Of a text so much is read for its preview. */
export const PREVIEW_BYTES = 262_144

/** The beginning of a file as text, and whether that is all of it. */
export function useArtifactText(id: number) {
  return useQuery({
    queryKey: ['artifact-text', id],
    // A file never changes.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { data } = await fetchClient.GET('/artifacts/{id}/content', {
        params: { path: { id } },
        parseAs: 'stream',
        signal,
      })
      return readStart(data as unknown as ReadableStream<Uint8Array> | null)
    },
  })
}

async function readStart(stream: ReadableStream<Uint8Array> | null) {
  const reader = stream?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  while (reader) {
    const { value, done } = await reader.read()
    if (done) return { text: text + decoder.decode(), isAll: true }
    text += decoder.decode(value, { stream: true })
    bytes += value.byteLength
    if (bytes < PREVIEW_BYTES) continue
    await reader.cancel()
    return { text, isAll: false }
  }
  return { text, isAll: true }
}
