/** A request by another view to start training as soon as the Train view opens. */
let requested = false;

export function requestPlay(): void {
  requested = true;
}

/** Returns whether there was a request, and clears it. */
export function takePlayRequest(): boolean {
  const wasRequested = requested;
  requested = false;
  return wasRequested;
}
