/** What the platform puts on the guest's global object (node-shims/globals.ts) and its own code uses. Types only. */
declare function setTimeout(callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]): object
declare function clearTimeout(timer: unknown): void
declare function queueMicrotask(callback: () => void): void
