/** Starts training in a web worker, shows its progress, and predicts with the trained model. */
import { load } from 'nnbp';

const find = (id) => document.getElementById(id);
const inputs = Array.from({ length: 200 }, (_, k) => [(k / 200) * 2 * Math.PI]);
const targets = inputs.map(([x]) => [Math.sin(x)]);

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.postMessage({ inputs, targets, epochs: find('progress').max });
find('stop').addEventListener('click', () => worker.postMessage('stop'));

worker.addEventListener('message', ({ data: { epoch, loss, model } }) => {
  if (model === undefined) {
    find('progress').value = epoch;
    find('status').textContent = `Epoch ${epoch}, loss ${loss.toFixed(5)}`;
    return;
  }
  worker.terminate();
  find('stop').disabled = true;
  find('status').textContent = 'Trained.';
  const { network } = load(model);
  const show = () => {
    const x = Number(find('x').value);
    find('prediction').textContent = `sin(${x}) ≈ ${network.predict([x])[0].toFixed(2)}`;
  };
  find('x').disabled = false;
  find('x').addEventListener('input', show);
  show();
});
worker.addEventListener('error', ({ message }) => (find('status').textContent = message));
