/** Resolves like `answer`, or rejects with the error of `onTimeout` after `milliseconds`. */
export async function withTimeLimit<Answer>(
  answer: Promise<Answer>,
  milliseconds: number,
  onTimeout: () => Error,
): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => void (timer = setTimeout(() => reject(onTimeout()), milliseconds)));
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
