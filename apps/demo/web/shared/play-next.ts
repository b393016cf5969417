/** A request by another view to start training as soon as Train opens. */
let requested = false;

export function requestPlay(): void {
  requested = true;
}

/** Whether there was a request. Removes the request. */
export function takePlayRequest(): boolean {
  const wasRequested = requested;
  requested = false;
  return wasRequested;
}
