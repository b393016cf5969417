/** Settles like `promise`, or rejects with the error from `onTimeout` after `milliseconds`. */
export async function withTimeLimit<Value>(
  promise: Promise<Value>,
  milliseconds: number,
  onTimeout: () => Error,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => void (timer = setTimeout(() => reject(onTimeout()), milliseconds)));
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
