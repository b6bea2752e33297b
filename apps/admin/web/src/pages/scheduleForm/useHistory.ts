import { useReducer } from 'react'

interface State<T> {
  past: T[]
  now: T
  future: T[]
  /** What was changed last, so that typing on in the same field is one step. */
  topic: string | undefined
}

type Action<T> = { do: 'set'; value: T; topic?: string | undefined } | { do: 'undo' } | { do: 'redo' }

const MOST_STEPS = 200

function reduce<T>(state: State<T>, action: Action<T>): State<T> {
  const { past, now, future } = state
  switch (action.do) {
    case 'set': {
      if (action.value === now) return state
      const isSame = action.topic !== undefined && action.topic === state.topic
      return {
        past: isSame ? past : [...past.slice(-MOST_STEPS), now],
        now: action.value,
        future: [],
        topic: action.topic,
      }
    }
    case 'undo':
      return past.length === 0
        ? state
        : { past: past.slice(0, -1), now: past.at(-1)!, future: [now, ...future], topic: undefined }
    case 'redo':
      return future.length === 0
        ? state
        : { past: [...past, now], now: future[0]!, future: future.slice(1), topic: undefined }
  }
}

/** A value with its steps back and forth. @param initial  which cannot be undone */
export function useHistory<T>(initial: T) {
  const [state, act] = useReducer(reduce<T>, { past: [], now: initial, future: [], topic: undefined })
  return {
    now: state.now,
    /** @param topic  changes of the same topic, one after another, are one step */
    set: (value: T, topic?: string) => act({ do: 'set', value, topic }),
    undo: state.past.length > 0 ? () => act({ do: 'undo' }) : undefined,
    redo: state.future.length > 0 ? () => act({ do: 'redo' }) : undefined,
  }
}
