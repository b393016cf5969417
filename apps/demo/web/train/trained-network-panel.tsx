/** Panel to export a trained network or open it in the Derive or Build view. */
import { Download, Share2, Sigma } from 'lucide-react';
import { memo, type ReactNode, useState } from 'react';
import { useMessages } from '../language.js';
import { useOffers } from '../offered-views.js';
import { download } from '../shared/download.js';
import type { Settings } from '../shared/training-settings.js';
import { messages } from './messages.js';
import { isReadable, openInBuild, openInDerive, type Trained, trainedNetwork } from './trained-network.js';
import type { Ready } from './trainer.js';
import type { Training } from './training.js';
import styles from './trained-network-panel.module.css';
import areas from './view.module.css';

const names = ['model', 'onnx', 'pytorch', 'module', 'notebook'] as const;

interface PanelProps {
  /** Returns the network with its current parameters; undefined if there is none. */
  readonly trained: () => Promise<Trained | undefined>;
  /** Whether the Build and Derive views can show the network. */
  readonly canOpen: boolean;
  /** Label of the button that opens the network in the Derive view. */
  readonly openInDeriveLabel: string;
  /** Tooltip of that button. */
  readonly openInDeriveTitle: string;
  /** CSS class with the position of the panel. */
  readonly area: string;
  /** Shown before the buttons. */
  readonly children?: ReactNode;
}

export function TrainedPanel({ trained, canOpen, openInDeriveLabel, openInDeriveTitle, area, children }: PanelProps) {
  const offers = useOffers();
  const say = useMessages(messages);
  const [problem, setProblem] = useState<string>();
  /** Runs an action on the trained network. */
  const runWithTrained = async (act: (trained: Trained) => Promise<void> | void) => {
    try {
      setProblem(undefined);
      const current = await trained();
      if (current !== undefined) await act(current);
    } catch (error) {
      setProblem(say.exportFailed(error instanceof Error ? error.message : String(error)));
    }
  };
  return (
    <section className={`panel ${styles.panel} ${area}`} aria-label={say.useTrained}>
      {children}
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
                void runWithTrained(async ({ network }) => {
                  const { exportedFile } = await import('./export-files.js');
                  const file = exportedFile(network, name);
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
          disabled={!canOpen}
          title={canOpen ? openInDeriveTitle : say.tooLarge}
          onClick={() => void runWithTrained(openInDerive)}
        >
          <Sigma size={16} aria-hidden /> {openInDeriveLabel}
        </button>
      )}
      {offers('build') && (
        <button
          type="button"
          disabled={!canOpen}
          title={canOpen ? undefined : say.tooLarge}
          onClick={() => void runWithTrained(openInBuild)}
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
}

interface Props {
  readonly training: Training;
  readonly settings: Settings;
  readonly ready: Ready;
}

/** The panel for a network trained on samples. */
export const TrainedNetworkPanel = memo(function TrainedNetworkPanel({ training, settings, ready }: Props) {
  const say = useMessages(messages);
  const sample = settings.sample ?? 0;
  return (
    <TrainedPanel
      trained={async () => {
        const result = await training.result(sample);
        return result && trainedNetwork(settings, ready, result);
      }}
      canOpen={isReadable(ready)}
      openInDeriveLabel={say.deriveSample(sample)}
      openInDeriveTitle={say.deriveTitle}
      area={areas.trained}
    />
  );
});
