/** Resolves like `answer`, or rejects with the error of `late` after some milliseconds. */
export async function withTimeLimit<Answer>(
  answer: Promise<Answer>,
  milliseconds: number,
  late: () => Error,
): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => void (timer = setTimeout(() => reject(late()), milliseconds)));
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
