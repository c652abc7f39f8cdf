/** `await sleep(100)`: for the waiting that `poll` does. With `signal`, or by returning early otherwise, a task can cut it short in `stop`. */
type SignalLike = { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void; removeEventListener(type: 'abort', listener: () => void): void }

export const sleep = (ms: number, options: { readonly signal?: SignalLike } = {}): Promise<void> =>
  new Promise((resolve) => {
    const { signal } = options
    if (signal?.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
