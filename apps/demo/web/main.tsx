import './theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, loadView } from './app.js';

const page = document.getElementById('page')!;

function start(): void {
  createRoot(page).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

// A first screen that was prerendered at build time stays until the Learn view has loaded.
if (page.hasChildNodes()) void loadView('learn').then(start, start);
else start();
