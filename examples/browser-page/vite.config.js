import { resolve } from 'node:path';

const page = (name) => resolve(import.meta.dirname, name);

export default { build: { rollupOptions: { input: [page('index.html'), page('gestures.html')] } } };
