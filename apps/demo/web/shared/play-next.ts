/** A request to start training as soon as Train opens, which another view makes before it opens Train. */
let requested = false;

export function requestPlay(): void {
  requested = true;
}

/** Whether there is a request; removes it. */
export function takePlayRequest(): boolean {
  const wasRequested = requested;
  requested = false;
  return wasRequested;
}
