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

// A first screen, rendered at build time, is replaced when all of it is loaded.
if (page.hasChildNodes()) void loadView('learn').then(start, start);
else start();
