/** A request that the training that is opened next starts by itself. Another view makes it before it opens Train. */
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
