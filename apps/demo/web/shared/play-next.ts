/** A request to start the next training run when it is opened. Another view makes it before it opens Train. */
let requested = false;

export function requestPlay(): void {
  requested = true;
}

/** Whether it was requested since the last call. */
export function takePlayRequest(): boolean {
  const wasRequested = requested;
  requested = false;
  return wasRequested;
}
