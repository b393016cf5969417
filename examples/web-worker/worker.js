/** Trains a network in a web worker, and posts its progress and the trained model to the page. */
import { adam, fit, identity, mlp, mse, Network, save, tanh } from 'nnbp';

let stopped = false;

self.addEventListener('message', async ({ data }) => {
  if (data === 'stop') {
    stopped = true;
    return;
  }
  const { inputs, targets, epochs } = data;
  const network = new Network(mlp([1, 16, 1], { activation: tanh, outputActivation: identity }), { seed: 1 });
  await fit(
    network,
    { inputs, targets },
    {
      loss: mse(),
      optimizer: adam({ learningRate: 0.02 }),
      epochs,
      standardize: true,
      callbacks: [
        {
          async onEpochEnd({ epoch, loss, stop }) {
            self.postMessage({ epoch, loss });
            // Yield to the event loop, so that a `stop` message can arrive.
            await new Promise((resolve) => setTimeout(resolve));
            if (stopped) stop();
          },
        },
      ],
    },
  );
  const model = save(network);
  self.postMessage({ model }, [model.buffer]);
});
