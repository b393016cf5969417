/**
 * A Vitest reporter that adds a failed test to each test file that fails outside its tests, for example because a
 * mutant makes an import throw. Stryker reads only the results of tests. Without this reporter, it would report such a
 * mutant as survived, and it would begin to test mutants even if a test file cannot be loaded.
 */
import type { Reporter, RunnerTask, Vitest } from 'vitest/node';

export class FailedFiles implements Reporter {
  private vitest!: Vitest;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(): void {
    for (const file of this.vitest.state.getFiles()) {
      const { errors } = file.result ?? {};
      if (!errors?.length) continue;
      // Stryker uses only these properties of a test.
      const name = `${file.name} runs without errors outside its tests`;
      file.tasks.push({ type: 'test', name, mode: 'run', file, result: { state: 'fail', errors } } as RunnerTask);
    }
  }
}
