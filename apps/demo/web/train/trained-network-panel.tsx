/** Export of the trained network, and links to Derive and Build. */
import { Download, Share2, Sigma } from 'lucide-react';
import { memo, useState } from 'react';
import { useMessages } from '../language.js';
import { useOffers } from '../offered-views.js';
import { download } from '../shared/download.js';
import type { Settings } from '../shared/training-settings.js';
import { messages } from './messages.js';
import { buildOn, deriveSample, isReadable, trainedNetwork } from './trained-network.js';
import type { Ready, Result } from './trainer.js';
import type { Training } from './training.js';
import styles from './trained-network-panel.module.css';
import areas from './view.module.css';

interface Props {
  readonly training: Training;
  readonly settings: Settings;
  readonly ready: Ready;
}

const names = ['model', 'onnx', 'pytorch', 'module', 'notebook'] as const;

export const TrainedNetworkPanel = memo(function TrainedNetworkPanel({ training, settings, ready }: Props) {
  const offers = useOffers();
  const say = useMessages(messages);
  const [problem, setProblem] = useState<string>();
  /** Runs an action with the current parameters. */
  const take = async (act: (result: Result) => Promise<void> | void) => {
    try {
      setProblem(undefined);
      const result = await training.result(settings.sample ?? 0);
      if (result !== undefined) await act(result);
    } catch (error) {
      setProblem(say.exportFailed(error instanceof Error ? error.message : String(error)));
    }
  };
  const room = isReadable(ready);
  return (
    <section className={`panel ${styles.panel} ${areas.trained}`} aria-label={say.useTrained}>
      <details className={styles.export}>
        <summary>
          <Download size={16} aria-hidden /> {say.export}
        </summary>
        <div>
          {names.map((name) => (
            <button
              key={name}
              type="button"
              onClick={() =>
                void take(async (result) => {
                  const { exportedFile } = await import('./export-files.js');
                  const file = exportedFile(trainedNetwork(settings, ready, result), name);
                  download(file.content, file.name);
                })
              }
            >
              {say.exports[name]}
            </button>
          ))}
        </div>
      </details>
      {offers('derive') && (
        <button
          type="button"
          disabled={!room}
          title={room ? say.deriveTask : say.tooLarge}
          onClick={() => void take((result) => deriveSample(settings, ready, result))}
        >
          <Sigma size={16} aria-hidden /> {say.deriveSample(settings.sample ?? 0)}
        </button>
      )}
      {offers('build') && (
        <button
          type="button"
          disabled={!room}
          title={room ? undefined : say.tooLarge}
          onClick={() => void take((result) => buildOn(settings, ready, result))}
        >
          <Share2 size={16} aria-hidden /> {say.buildOn}
        </button>
      )}
      {problem !== undefined && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </section>
  );
});
